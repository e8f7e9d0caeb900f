/** The lines of a stream of UTF-8 bytes, without empty ones. Throws RangeError at a line of more than `longest` bytes. */
export async function* linesOf(
  stream: AsyncIterable<Uint8Array>,
  longest: number,
): AsyncGenerator<string, void> {
  const newline = 0x0a
  let pieces: Uint8Array[] = []
  let bytes = 0
  const take = (piece: Uint8Array) => {
    bytes += piece.length
    if (bytes > longest) throw new RangeError(`a line of the stream is longer than ${longest} bytes`)
    pieces.push(piece)
  }
  const flush = () => {
    const line = Buffer.concat(pieces).toString('utf8').trim()
    pieces = []
    bytes = 0
    return line
  }
  for await (const chunk of stream) {
    let start = 0
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      take(chunk.subarray(start, end))
      start = end + 1
      const line = flush()
      if (line !== '') yield line
    }
    take(chunk.subarray(start))
  }
  const last = flush()
  if (last !== '') yield last
}
