import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { KubernetesObject } from '../../../model/object.ts'
import type { SourceLocation } from '../../../model/problem.ts'
import type { RenderedObject } from '../../../model/rendered.ts'
import { parseYamlDocuments } from '../../../repository/parse-yaml.ts'
import { type RepositoryPath, resolveInside } from '../../../repository/paths.ts'
import { lineOf, type ScannedDocument, scanDocuments } from '../scan-documents.ts'

const originAnnotation = 'config.kubernetes.io/origin'

/**
 * Reads where kustomize says that objects come from, and finds their lines.
 * Source: kustomize's `buildMetadata: [originAnnotations]`; paths are relative to the kustomization that was built.
 */
export async function traceOrigins(
  objects: readonly KubernetesObject[],
  place: { readonly root: string; readonly folder: RepositoryPath; readonly keepAnnotation: boolean },
): Promise<readonly RenderedObject[]> {
  const traced: RenderedObject[] = []
  const lines = createLineFinder(place.root)
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

function createLineFinder(root: string): LineFinder {
  const scanned = new Map<RepositoryPath, readonly ScannedDocument[]>()
  const texts = new Map<RepositoryPath, string>()
  const textOf = async (file: RepositoryPath) => {
    const text = texts.get(file) ?? (await readFile(join(root, file), 'utf8').catch(() => ''))
    texts.set(file, text)
    return text
  }
  return {
    async ofDocument(file, kind, name) {
      const documents = scanned.get(file) ?? scanDocuments(await textOf(file))
      scanned.set(file, documents)
      return lineOf(documents, kind, name) ?? documents[0]?.line ?? null
    },
    async ofGenerator(file, kind, name) {
      const field = kind === 'Secret' ? 'secretGenerator' : 'configMapGenerator'
      for (const document of parseYamlDocuments(await textOf(file), file).documents) {
        const entries = (document.value as Record<string, unknown> | null)?.[field]
        if (!Array.isArray(entries)) continue
        const index = entries.findIndex((it: { name?: unknown }) => name.includes(String(it?.name)))
        if (index >= 0) return document.positionOf([field, index]).line
      }
      return 1
    },
  }
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
