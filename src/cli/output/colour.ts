import { styleText } from 'node:util'

export type Style = 'red' | 'green' | 'yellow' | 'cyan' | 'dim' | 'bold'

/** Paints text for a terminal. */
export type Paint = (style: Style, text: string) => string

/** Colours only where a person looks: a terminal, and no NO_COLOR (https://no-color.org). FORCE_COLOR wins. */
export function paintFor(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): Paint {
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0'
  const wanted = forced || (stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb')
  return wanted ? (style, text) => styleText(style, text, { validateStream: false }) : (_style, text) => text
}

/** Colours the lines of a unified diff. */
export function paintDiff(diff: string, paint: Paint): string {
  return diff
    .split('\n')
    .map(line => {
      if (line.startsWith('+')) return paint('green', line)
      if (line.startsWith('-')) return paint('red', line)
      return line.startsWith('@@') ? paint('cyan', line) : line
    })
    .join('\n')
}
