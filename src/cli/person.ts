import { userInfo } from 'node:os'

/** Who runs this, for those who read the history; null when the system does not know. */
export function personHere(): string | null {
  try {
    return userInfo().username
  } catch {
    // A user id without a name, as containers have them.
    return null
  }
}
