const ofOurs =
  /^\/(plans|applications)\/[A-Za-z0-9_-]{8,128}(\/objects\/\d{1,6}-\d{1,9})?(\?[\w=&%.+*-]{0,500})?$/

/** Where a browser is led after the sign-in: a page that needs one, whatever the address says; else the first page. */
export function wayBack(text: string | null | undefined): string {
  return text && ofOurs.test(text) ? text : '/'
}
