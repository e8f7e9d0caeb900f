/** How much of everything; less by the environment, to try it out. */
export interface Size {
  /** Managed objects in all. */
  readonly objects: number
  readonly applications: number
  readonly foreign: number
  /** Hand edits, at {@link perSecond}. */
  readonly edits: number
  readonly idleSeconds: number
}

export const perSecond = 20

export function sizeFrom(env: NodeJS.ProcessEnv): Size {
  const number = (name: string, usual: number) => Number(env[name] ?? usual)
  return {
    objects: number('DRIFT_OBJECTS', 10_000),
    applications: number('DRIFT_APPLICATIONS', 50),
    foreign: number('DRIFT_FOREIGN', 50_000),
    edits: number('DRIFT_EDITS', 600),
    idleSeconds: number('DRIFT_IDLE_SECONDS', 60),
  }
}
