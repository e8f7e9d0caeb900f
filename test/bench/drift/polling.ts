/** Of the phases that a poller can be in when the first edit comes, so many are looked at. */
const phases = 200

/** How long each edit would have waited for a poller that looks every `interval` milliseconds, in every phase it can have. */
export function waitsOfPoller(edits: readonly number[], interval: number): readonly number[] {
  return Array.from({ length: phases }, (_, phase) => (phase * interval) / phases).flatMap(offset =>
    edits.map(at => interval - ((((at - offset) % interval) + interval) % interval)),
  )
}
