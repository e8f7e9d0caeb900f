/** At most `limit` UTF-16 code units. The last resort for texts that are cut to size by whoever writes them. */
export function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text
  const lineEnd = text.lastIndexOf('\n', limit - 2)
  const cut = text.slice(0, lineEnd > 0 ? lineEnd : limit - 1)
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`
}
