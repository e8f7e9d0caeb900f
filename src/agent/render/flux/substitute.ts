/*
 * Variables in what a Flux Kustomization renders, as `flux envsubst` puts them in: `${name}` and `${name:=default}` (also written `:-` and
 * `=`); `$$` is a dollar sign, and a name without a value is nothing. Source: fluxcd/pkg/envsubst. Its functions on texts
 * (`${name/a/b}`, `${name^^}`, `${name:1:2}`) and defaults inside of defaults are not read here, and said.
 */

export type Substituted = { readonly text: string } | { readonly unsupported: string }

const expression = /\$\$|\$\{([^{}]*)(\}?)/g
const supported = /^([\p{L}\p{Nd}_]+)(?:(?::=|:-|=)(.*))?$/su
const longestShown = 60

export function substitute(text: string, values: ReadonlyMap<string, string>): Substituted {
  let unsupported: string | null = null
  const result = text.replace(expression, (whole, inner: string | undefined, end: string) => {
    if (inner === undefined) return '$'
    const parts = end === '' ? null : supported.exec(inner)
    if (!parts) {
      unsupported ??= whole.length > longestShown ? `${whole.slice(0, longestShown)}...` : whole
      return whole
    }
    return values.get(parts[1]!) || (parts[2] ?? '')
  })
  return unsupported === null ? { text: result } : { unsupported }
}
