/** Exit codes of plan and drift follow `kubectl diff`; sync: 0 synced, 1 rolled back, refused or waiting, 2 error. */
export const exitCodes = { same: 0, different: 1, error: 2 } as const
