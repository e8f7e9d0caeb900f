import { stripVTControlCharacters } from 'node:util'

/** The colours that the command line uses, as a dark terminal shows them. */
const colours: Readonly<Record<number, string>> = {
  31: '#ff7b72',
  32: '#7ee787',
  33: '#e3b341',
  34: '#79c0ff',
  35: '#d2a8ff',
  36: '#76e3ea',
}

interface Look {
  readonly colour: string | null
  readonly bold: boolean
  readonly dim: boolean
}

const plain: Look = { colour: null, bold: false, dim: false }

/** Text with SGR codes as HTML, for a picture of a terminal. Throws for codes that it does not know. */
export function htmlOf(ansi: string): string {
  let look = plain
  const [first = '', ...rest] = ansi.split('\u001b[')
  const parts = rest.map(part => {
    const end = part.indexOf('m')
    look = part.slice(0, end).split(';').map(Number).reduce(changed, look)
    return span(part.slice(end + 1), look)
  })
  return [span(first, plain), ...parts].join('')
}

function changed(look: Look, code: number): Look {
  if (code === 0) return plain
  if (code === 1) return { ...look, bold: true }
  if (code === 2) return { ...look, dim: true }
  if (code === 22) return { ...look, bold: false, dim: false }
  if (code === 39) return { ...look, colour: null }
  const colour = colours[code]
  if (colour === undefined) throw new RangeError(`no colour is known for the code ${code}`)
  return { ...look, colour }
}

function span(text: string, { colour, bold, dim }: Look): string {
  const safe = stripVTControlCharacters(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  const style = [
    ...(colour ? [`color:${colour}`] : []),
    ...(bold ? ['font-weight:700'] : []),
    ...(dim ? ['opacity:.6'] : []),
  ].join(';')
  return style === '' || text === '' ? safe : `<span style="${style}">${safe}</span>`
}
