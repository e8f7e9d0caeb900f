/**
 * JSON that is YAML too. Apply patches are read by a YAML parser, which refuses some characters that JSON allows as they
 * are: control characters, byte order marks, and half surrogates. Source: YAML 1.2, section 5.1.
 */
export function yamlSafeJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u0084\u0086-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
