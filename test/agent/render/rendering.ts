import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createRenderer } from '../../../src/agent/render/create-renderer.ts'
import type { Charts } from '../../../src/agent/render/charts/charts.ts'
import type { RenderLimits } from '../../../src/agent/render/renderer.ts'
import { applicationDocument } from '../../../src/model/application-document.ts'
import { applicationFrom } from '../../../src/model/application-from.ts'
import type { KubernetesObject } from '../../../src/model/object.ts'
import { formatProblem, InvalidInputError } from '../../../src/model/problem.ts'
import type { SourceLocation } from '../../../src/model/problem.ts'
import { isInRepository } from '../../../src/repository/same-repository.ts'
import { ensureBinaries } from '../../../tools/control-plane/binaries.ts'

export type Files = Readonly<Record<string, string>>

/** Renders files with the real tools. */
export interface Rendering {
  /** Objects with where they come from, as `file:line`. */
  objects(files: Files, source: object, options?: RenderingOptions): Promise<readonly TracedObject[]>
  /** What is wrong, as it is shown to people; fails when nothing is. */
  problems(files: Files, source: object, options?: RenderingOptions): Promise<readonly string[]>
  close(): Promise<void>
}

export interface RenderingOptions {
  readonly limits?: Partial<RenderLimits>
  readonly spec?: object
  readonly kubernetesVersion?: string
  readonly apiVersions?: readonly string[]
  readonly charts?: Charts
  /** Puts more into the checkout than text. */
  readonly prepare?: (folder: string) => Promise<void>
}

export type TracedObject = KubernetesObject & { readonly from: string | null }

export async function createRendering(): Promise<Rendering> {
  const binaries = await ensureBinaries()
  const home = await mkdtemp(join(tmpdir(), 'plumbline-render-'))

  async function render(files: Files, source: object, options: RenderingOptions) {
    const renderer = createRenderer({
      binaries: { helm: join(binaries, 'helm'), kustomize: join(binaries, 'kustomize') },
      cacheFolder: join(home, 'cache'),
      limits: options.limits ?? {},
      ...(options.charts ? { charts: options.charts } : {}),
    })
    const folder = await mkdtemp(join(home, 'checkout-'))
    for (const [path, content] of Object.entries(files)) await put(join(folder, path), content)
    await options.prepare?.(folder)
    return renderer.render(
      {
        folder,
        contentKey: null,
        application: applicationOf(source, options.spec ?? {}),
        inRepository: it => isInRepository(it, 'https://github.com/acme/shop.git'),
        destination: {
          kubernetesVersion: options.kubernetesVersion ?? 'v1.36.3',
          apiVersions: options.apiVersions ?? [],
        },
      },
      new AbortController().signal,
    )
  }

  return {
    async objects(files, source, options = {}) {
      const rendered = await render(files, source, options)
      return rendered.map(({ object, source: from }) => ({ ...object, from: placeOf(from) }))
    },
    async problems(files, source, options = {}) {
      try {
        const rendered = await render(files, source, options)
        throw new Error(`expected problems, but ${rendered.length} objects were rendered`)
      } catch (error) {
        if (error instanceof InvalidInputError) return error.problems.map(formatProblem)
        throw error
      }
    },
    close: () => rm(home, { recursive: true, force: true }),
  }
}

export function applicationOf(source: object, spec: object = {}) {
  const document = applicationDocument.parse({
    apiVersion: 'plumbline.dev/v1alpha1',
    kind: 'Application',
    metadata: { name: 'shop' },
    spec: {
      ...('sources' in source ? source : { source: { repoURL: '.', ...source } }),
      destination: { name: 'dev', namespace: 'shop' },
      ...spec,
    },
  })
  return applicationFrom(document, { file: 'apps/shop.yaml', line: 1 })
}

function placeOf(location: SourceLocation | null): string | null {
  return location === null ? null : [location.file, location.line].filter(it => it !== null).join(':')
}

async function put(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  if (content.startsWith('-> ')) await symlink(content.slice(3), file)
  else await writeFile(file, content)
}

export function configMap(name: string, extra = ''): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${extra}`
}
