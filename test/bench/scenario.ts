import type { Table } from './table.ts'

/** One thing that is measured, on a place that others of its group share. It leaves the place as it found it. */
export interface Scenario<Place> {
  /** By which it is chosen on the command line. */
  readonly name: string
  readonly title: string
  /** Markdown: what each row means, and what it is compared with. */
  readonly about: string
  measure(place: Place, signal: AbortSignal): Promise<Table>
}

export interface Measured {
  readonly name: string
  readonly title: string
  readonly about: string
  readonly table: Table
  /** The machine's load average right after it. */
  readonly load: number
}
