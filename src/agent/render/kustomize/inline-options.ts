import type { Application, ApplicationSource, KustomizeOptions } from '../../../model/application.ts'
import type { Problem } from '../../../model/problem.ts'
import { isRemoteReference, type KustomizeReference } from '../../../repository/kustomization.ts'
import { resolveInside } from '../../../repository/paths.ts'
import type { CheckoutView } from '../checkout-view.ts'

export interface InlineOptions {
  readonly options: KustomizeOptions
  readonly problems: readonly Problem[]
}

/** An Application's inline options as they hold for this checkout: variables put in, components that may be missing left out. */
export async function inlineOptions(
  application: Application,
  source: ApplicationSource,
  view: CheckoutView,
): Promise<InlineOptions> {
  const given = source.kustomize
  const variables = variablesOf(application, source)
  const unknown = new Set<string>()
  const put = (text: string) => withVariables(text, variables, unknown)
  const putAll = (map: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(map).map(([name, text]) => [name, put(text)]))
  const options = {
    ...given,
    images: given.images.map(put),
    commonLabels: putAll(given.commonLabels),
    commonAnnotations: given.commonAnnotationsEnvsubst
      ? putAll(given.commonAnnotations)
      : given.commonAnnotations,
    components: given.ignoreMissingComponents
      ? await present(given.components, source, view)
      : given.components,
  }
  const problems = [...unknown].map(name => unknownVariable(name, application, [...variables.keys()]))
  return { options, problems }
}

/** What inline options name besides what the kustomization itself does. */
export function addedReferences(options: KustomizeOptions): readonly KustomizeReference[] {
  const position = { line: 1, column: 1 }
  return [
    ...options.components.map((target): KustomizeReference => {
      return { target, expects: 'folder', field: 'components', position }
    }),
    ...options.patches.flatMap(({ path }): readonly KustomizeReference[] =>
      path === undefined ? [] : [{ target: path, expects: 'file', field: 'patches', position }],
    ),
  ]
}

async function present(
  components: readonly string[],
  source: ApplicationSource,
  view: CheckoutView,
): Promise<readonly string[]> {
  const kept: string[] = []
  for (const component of components) {
    const path = isRemoteReference(component) ? null : resolveInside(source.path, component)
    // What may not be read at all is said, not left out.
    if (path === null || (await view.lookUp(path)).kind !== 'missing') kept.push(component)
  }
  return kept
}

/** Those of Argo CD's build environment that are the same from one commit to the next: a plan should not show what did not change. */
function variablesOf(
  { name, destination }: Application,
  { path, repoURL, targetRevision }: ApplicationSource,
): ReadonlyMap<string, string> {
  return new Map([
    ['ARGOCD_APP_NAME', name],
    ['ARGOCD_APP_NAMESPACE', destination.namespace],
    ['ARGOCD_APP_SOURCE_PATH', path],
    ['ARGOCD_APP_SOURCE_REPO_URL', repoURL],
    ['ARGOCD_APP_SOURCE_TARGET_REVISION', targetRevision],
  ])
}

/** `$NAME` and `${NAME}`; `$$` is a dollar sign. */
function withVariables(text: string, variables: ReadonlyMap<string, string>, unknown: Set<string>): string {
  return text.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (whole, braced?: string, bare?: string) => {
    const name = braced ?? bare
    if (name === undefined) return '$'
    const value = variables.get(name)
    if (value === undefined) unknown.add(name)
    return value ?? whole
  })
}

function unknownVariable(name: string, { definedIn }: Application, known: readonly string[]): Problem {
  const isRevision = name.startsWith('ARGOCD_APP_REVISION')
  return {
    code: 'unknown-variable',
    message: isRevision
      ? `$${name} is not supported: every commit would change every object`
      : `there is no variable $${name} for the options of kustomize`,
    location: definedIn,
    hint: isRevision
      ? "leave it out; what was synced is in the application's status"
      : `there are ${known.join(', ')}`,
  }
}
