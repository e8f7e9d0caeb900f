import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { KubernetesObject } from '../../../model/object.ts'
import type { SourceLocation } from '../../../model/problem.ts'
import type { RenderedObject } from '../../../model/rendered.ts'
import { parseYamlDocuments } from '../../../repository/parse-yaml.ts'
import { type RepositoryPath, resolveInside } from '../../../repository/paths.ts'
import type { CheckoutView } from '../checkout-view.ts'
import { lineOf, type ScannedDocument, scanDocuments } from '../scan-documents.ts'

const originAnnotation = 'config.kubernetes.io/origin'

/**
 * Reads where kustomize says that objects come from, and finds their lines.
 * Source: kustomize's `buildMetadata: [originAnnotations]`; paths are relative to the kustomization that was built.
 */
export async function traceOrigins(
  objects: readonly KubernetesObject[],
  place: { readonly view: CheckoutView; readonly folder: RepositoryPath; readonly keepAnnotation: boolean },
): Promise<readonly RenderedObject[]> {
  const traced: RenderedObject[] = []
  const lines = createLineFinder(place.view)
  for (const object of objects) {
    const origin = object.metadata.annotations?.[originAnnotation]
    const source = origin === undefined ? null : await locate(origin, object, place.folder, lines)
    traced.push({ object: place.keepAnnotation ? object : withoutOrigin(object), source })
  }
  return traced
}

interface Origin {
  readonly path?: unknown
  readonly configuredIn?: unknown
}

async function locate(
  annotation: string,
  object: KubernetesObject,
  folder: RepositoryPath,
  lines: LineFinder,
): Promise<SourceLocation | null> {
  const origin = (parseYamlDocuments(annotation, originAnnotation).documents[0]?.value ?? {}) as Origin
  const { kind, metadata } = object
  if (typeof origin.path === 'string') {
    const file = resolveInside(folder, origin.path)
    return file === null ? null : { file, line: await lines.ofDocument(file, kind, metadata.name) }
  }
  if (typeof origin.configuredIn === 'string') {
    const file = resolveInside(folder, origin.configuredIn)
    return file === null ? null : { file, line: await lines.ofGenerator(file, kind, metadata.name) }
  }
  return null
}

interface LineFinder {
  ofDocument(file: RepositoryPath, kind: string, name: string): Promise<number | null>
  /** The entry of `configMapGenerator` or `secretGenerator` that makes an object. */
  ofGenerator(file: RepositoryPath, kind: string, name: string): Promise<number | null>
}

function createLineFinder(view: CheckoutView): LineFinder {
  const textOf = (file: RepositoryPath) => readFile(join(view.root, file), 'utf8').catch(() => '')
  const documentsIn = (file: RepositoryPath) =>
    view.once(
      `documents ${file}`,
      async (): Promise<readonly ScannedDocument[]> => scanDocuments(await textOf(file)),
      it => bytesOfDocument * (it.length + 1),
    )
  const generatorsIn = (file: RepositoryPath) =>
    view.once(
      `generators ${file}`,
      async () => generators(await textOf(file), file),
      it => bytesOfDocument * (it.length + 1),
    )
  return {
    async ofDocument(file, kind, name) {
      const documents = await documentsIn(file)
      return lineOf(documents, kind, name) ?? documents[0]?.line ?? null
    },
    async ofGenerator(file, kind, name) {
      const field = kind === 'Secret' ? 'secretGenerator' : 'configMapGenerator'
      const listed = (await generatorsIn(file)).filter(it => it.field === field)
      return listed.find(it => name.includes(it.name))?.line ?? 1
    },
  }
}

const bytesOfDocument = 100

interface Generator {
  readonly field: string
  readonly name: string
  readonly line: number
}

function generators(text: string, file: RepositoryPath): readonly Generator[] {
  return parseYamlDocuments(text, file).documents.flatMap(document =>
    ['secretGenerator', 'configMapGenerator'].flatMap(field => {
      const entries = (document.value as Record<string, unknown> | null)?.[field]
      return (Array.isArray(entries) ? entries : []).map((entry: { name?: unknown } | null, index) => ({
        field,
        name: String(entry?.name),
        line: document.positionOf([field, index]).line,
      }))
    }),
  )
}

function withoutOrigin(object: KubernetesObject): KubernetesObject {
  if (object.metadata.annotations?.[originAnnotation] === undefined) return object
  const { [originAnnotation]: _, ...annotations } = object.metadata.annotations
  const { annotations: __, ...metadata } = object.metadata
  // kustomize adds the map for its own annotation: an empty one was not written by anybody.
  return {
    ...object,
    metadata: Object.keys(annotations).length > 0 ? { ...metadata, annotations } : metadata,
  }
}
