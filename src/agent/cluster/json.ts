/**
 * JSON that is YAML too. Apply patches are read by a YAML parser, which refuses some characters that JSON allows as they
 * are (control characters, byte order marks, half surrogates), and folds others into line ends. Source: YAML 1.1, section 5.
 */
export function yamlSafeJson(value: unknown): string {
  const wellFormed = (_: string, inner: unknown) => (typeof inner === 'string' ? inner.toWellFormed() : inner)
  return JSON.stringify(value, wellFormed).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
