import type { Application, ApplicationSource } from '../model/application.ts'

/** How a document says "the repository that I stand in". */
const thisRepository = '.'

/** Whether a source reads the repository with this clone URL. */
export function isInRepository(
  source: Pick<ApplicationSource, 'repoURL' | 'chart'>,
  cloneUrl: string,
): boolean {
  if (source.chart !== null) return false
  return source.repoURL === thisRepository || sameRepository(source.repoURL, cloneUrl)
}

/** Whether two URLs name one repository: host and path are compared, not scheme, user, port of the scheme, or `.git`. */
function sameRepository(a: string, b: string): boolean {
  const left = hostAndPath(a)
  return left !== null && left === hostAndPath(b)
}

/**
 * Whether a source follows a branch, so that a merge into it changes what is deployed. `HEAD` follows the default
 * branch; a commit or tag follows none.
 */
export function followsBranch(
  source: Pick<ApplicationSource, 'targetRevision'>,
  branch: { readonly name: string; readonly isDefault: boolean },
): boolean {
  const revision = source.targetRevision.replace(/^refs\/heads\//, '')
  return revision === branch.name || (branch.isDefault && (revision === 'HEAD' || revision === ''))
}

/** The sources of an application that read this repository. */
export function sourcesInRepository(
  application: Application,
  cloneUrl: string,
): readonly ApplicationSource[] {
  return application.sources.filter(source => isInRepository(source, cloneUrl))
}

function hostAndPath(url: string): string | null {
  const scpLike = /^(?:[^@/\s]+@)?([^:/\s]+):(?!\/\/)(.+)$/.exec(url)
  if (scpLike && !/^[a-z][a-z0-9+.-]*:\/\//i.test(url)) return normal(scpLike[1]!, scpLike[2]!)
  if (!URL.canParse(url)) return null
  const parsed = new URL(url)
  const ownPort = ['', '22', '80', '443'].includes(parsed.port)
  return normal(ownPort ? parsed.hostname : parsed.host, parsed.pathname)
}

/** Forges do not tell upper from lower case in owner and name. */
function normal(host: string, path: string): string {
  const trimmed = path.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '')
  return `${host}/${trimmed}`.toLowerCase()
}
