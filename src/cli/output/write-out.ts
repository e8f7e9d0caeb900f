let isWatched = false

/** What a program's end is called that wrote to a pipe which nobody reads any more: 128 and SIGPIPE. */
const pipeClosed = 141

/** Writes to stdout. Ends the process without a word when its reader has seen enough, as in `plumbline render . | head`. */
export function writeOut(text: string): void {
  if (!isWatched) process.stdout.on('error', endAtClosedPipe)
  isWatched = true
  process.stdout.write(text)
}

function endAtClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit(pipeClosed)
}
