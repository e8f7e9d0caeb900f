const names: Readonly<Record<string, string>> = {
  checks: 'Checks',
  contents: 'Contents',
  deployments: 'Deployments',
  issues: 'Issues',
  metadata: 'Metadata',
  pull_requests: 'Pull requests',
}

/** What Plumbline only ever reads; everything else it also writes, and who grants reading alone is asked again. */
const onlyRead: ReadonlySet<string> = new Set(['contents', 'metadata'])

/** `checks=write` or `issues=write; pull_requests=write`, any of which suffices, as GitHub's pages name them. Null when it says none. */
export function permissionFrom(accepted: string): string | null {
  const all = accepted
    .split(/[;,]/)
    .map(it => /^\s*(\w+)=(\w+)\s*$/.exec(it))
    .flatMap(it => (it?.[1] && it[2] ? [nameOf(it[1], it[2])] : []))
  return all.length === 0 ? null : [...new Set(all)].join('" or "')
}

function nameOf(permission: string, level: string): string {
  const reads = level === 'read' && onlyRead.has(permission)
  return `${names[permission] ?? permission}: ${reads ? 'read' : 'read and write'}`
}
