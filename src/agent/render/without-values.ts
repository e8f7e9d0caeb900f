/** Parsers of Go quote the value that they stumbled over, which may be a Secret's: "cannot unmarshal !!str `hunter2`". */
export function withoutValues(message: string): string {
  return message
    .replace(/(!!\w+ )`[^`]*`/g, '$1`...`')
    .replace(/(invalid (?:map key|character)[^"'`]*)(["'`]).*?\2/g, '$1...')
}
