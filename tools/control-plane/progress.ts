import { binaries, type BinaryName } from './pins.ts'

export interface BinaryProgress {
  readonly binary: BinaryName
  /** From 1 to `of`. */
  readonly step: number
  readonly of: number
  /** `waiting`: another process is getting it. `ready`: it is there now; the last phase of each binary. */
  readonly phase: 'waiting' | 'downloading' | 'building' | 'cached' | 'ready'
  /** Since this binary's first phase. Reported again every second while it goes on. */
  readonly elapsedSeconds: number
}

export interface Reporter {
  (phase: BinaryProgress['phase']): void
  stop(): void
}

/** Reports a phase when it begins and every second while it lasts. */
export function reporter(
  binary: BinaryName,
  step: number,
  onProgress: ((progress: BinaryProgress) => void) | undefined,
): Reporter {
  const started = performance.now()
  let timer: NodeJS.Timeout | undefined
  const report = (phase: BinaryProgress['phase']) => {
    const tell = () =>
      onProgress?.({
        binary,
        step,
        of: binaries.length,
        phase,
        elapsedSeconds: Math.round((performance.now() - started) / 1000),
      })
    clearInterval(timer)
    tell()
    if (phase !== 'cached' && phase !== 'ready') timer = setInterval(tell, 1_000)
  }
  return Object.assign(report, { stop: () => clearInterval(timer) })
}

/** For terminals and logs alike: a line per phase, and while one lasts, a line every half minute. */
export function progressLines(tell: (line: string) => void): (progress: BinaryProgress) => void {
  let last = ''
  return ({ binary, step, of, phase, elapsedSeconds }) => {
    const stretch = `${binary} ${phase} ${Math.floor(elapsedSeconds / 30)}`
    if (phase === 'cached' || stretch === last) return
    last = stretch
    const time = elapsedSeconds === 0 ? '' : ` (${elapsedSeconds} s)`
    tell(`[${step}/${of}] ${binary}: ${phase}${time}`)
  }
}
