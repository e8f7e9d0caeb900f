/** One line on a terminal that says what a command is doing, once that takes long enough to wonder. */
export interface Progress {
  /** What is being done now: `rendering overlays/dev`. A function is asked for words when they are shown. */
  say(what: string | (() => string)): void
  /** Takes the line away for a text that stays. */
  tell(text: string): void
  /** Takes the line away. Nothing is shown after it. */
  end(): void
}

const patienceMilliseconds = 1_000
const frameMilliseconds = 100
const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

/**
 * Shows nothing where nobody looks: in a pipe or a log, or when a command is done within a second. A timer and a few lines, for what a
 * library would take to load is more than most plans take.
 */
export function createProgress(stream: {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}): Progress {
  const tell = (text: string) => void stream.write(text)
  if (stream.isTTY !== true) return { say: () => undefined, tell, end: () => undefined }
  let what: string | (() => string) = ''
  let frame = 0
  let shown = false
  const draw = () => {
    const words = typeof what === 'string' ? what : what()
    if (words === '') return
    shown = true
    const width = (stream.columns ?? 80) - 3
    stream.write(`\r\u001b[K${frames[frame++ % frames.length]} ${words.slice(0, width)}`)
  }
  const clear = () => {
    if (shown) stream.write('\r\u001b[K')
    shown = false
  }
  let ticking: NodeJS.Timeout | undefined
  const waiting = setTimeout(() => {
    draw()
    ticking = setInterval(draw, frameMilliseconds).unref()
  }, patienceMilliseconds).unref()
  return {
    say(next) {
      what = next
    },
    tell(text) {
      clear()
      tell(text)
    },
    end() {
      clearTimeout(waiting)
      clearInterval(ticking)
      clear()
    },
  }
}
