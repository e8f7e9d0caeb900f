/** The field manager under which Plumbline applies. */
export const fieldManager = 'plumbline'

/** Under this one it writes what becomes its apply's at once: never left standing, but by a crash. */
export const mendingManager = 'plumbline-mend'

/** Namespace of the agent's own state. */
export const stateNamespace = 'plumbline-system'

/** Marks every managed object; its value is the application's name. Watches select on it. */
export const applicationLabel = 'plumbline.dev/application'

/** Marks every object that is run as a hook, in place of {@link applicationLabel}; its value is the application's name. */
export const hookLabel = 'plumbline.dev/hook-of'

/** On a hook's object: the sync and the phase that created it, so that none is run twice. */
export const hookRunAnnotation = 'plumbline.dev/hook-run'

/** Keeps the object of a hook that cleans itself up until it was seen how it ended. */
export const hookFinalizer = 'plumbline.dev/hook-run'

/** On an object in Git: the application that it moves here from. */
export const movedFromAnnotation = 'plumbline.dev/moved-from'

/** Wave of an object inside a sync; the first one found wins. */
export const syncWaveAnnotations = ['plumbline.dev/sync-wave', 'argocd.argoproj.io/sync-wave'] as const

/** Per-object sync options, comma separated. */
export const syncOptionsAnnotations = [
  'plumbline.dev/sync-options',
  'argocd.argoproj.io/sync-options',
] as const

/** The name of a namespace: a DNS label. */
export const namespacePattern = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

/** On an Application: how long a sync may take, as a duration. */
export const timeoutAnnotation = 'plumbline.dev/sync-timeout'

/** More than these are for ever, and no more than these is what -1 means. */
export const mostRetries = 100
