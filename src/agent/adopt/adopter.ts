import type { AdoptCommand, AdoptResult } from '../../model/adoption.ts'

/**
 * Changes a copy of an application's source so that its render equals live where live has drifted. Reads and dry-runs only:
 * the edited files are the answer. What cannot be done at all is the answer's error; rejects only with the reason of `signal`.
 */
export interface Adopter {
  adopt(command: AdoptCommand, signal: AbortSignal): Promise<AdoptResult>
}
