import { styleText } from 'node:util'

export type Style = 'red' | 'green' | 'yellow' | 'cyan' | 'magenta' | 'dim' | 'bold'

/** Paints text for a terminal. */
export type Paint = (style: Style, text: string) => string

/** `--color`; false is `--no-color`. */
export type ColourChoice = 'auto' | 'always' | 'never' | false

interface Stream {
  readonly isTTY?: boolean
}

/**
 * Colours only where a person looks: a terminal, and no NO_COLOR (https://no-color.org). FORCE_COLOR wins over that, and the option
 * over both.
 */
export function wantsColour(choice: ColourChoice, stream: Stream, env: NodeJS.ProcessEnv): boolean {
  if (choice === 'always') return true
  if (choice === 'never' || choice === false) return false
  if (env['FORCE_COLOR'] !== undefined) return !['0', 'false'].includes(env['FORCE_COLOR'])
  return stream.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
}

export function painter(coloured: boolean): Paint {
  return coloured
    ? (style, text) => (text === '' ? '' : styleText(style, text, { validateStream: false }))
    : (_style, text) => text
}

export function paintFor(
  stream: Stream,
  { color, env }: { readonly color: ColourChoice; readonly env: NodeJS.ProcessEnv },
): Paint {
  return painter(wantsColour(color, stream, env))
}
