/** Control characters, and those that reorder text on screen ("Trojan Source", CVE-2021-42574). */
const unprintable =
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

/** Text from manifests on its way to a terminal: what could move the cursor, or what reads otherwise than it is, becomes visible. */
export function plain(text: string): string {
  return text.replace(unprintable, it => `\\u${it.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
