import { columnsOf, padded } from './screen.ts'

/** Rows under each other, three spaces between the columns, as kubectl prints them. Painted cells are measured unpainted. */
export function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows.reduce<readonly number[]>(
    (widest, row) => row.map((text, at) => Math.max(columnsOf(text), widest[at] ?? 0)),
    [],
  )
  return rows.map(row =>
    row
      .map((text, at) => (at === row.length - 1 ? text : padded(text, widths[at] ?? 0)))
      .join('   ')
      .trimEnd(),
  )
}
