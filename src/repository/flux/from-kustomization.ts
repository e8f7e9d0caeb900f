import type { SourceDocument } from '../../model/source-document.ts'
import type { FluxKustomization } from './document.ts'
import { type FindOrigin, gitRevisionOf } from './origins.ts'
import type { Refusal, Translated } from './translated.ts'

/** A Flux Kustomization as an Application has it. `readBelow` are the folders whose Flux documents are applications. */
export function fromKustomization(
  { metadata, spec }: FluxKustomization,
  find: FindOrigin,
  readBelow: readonly string[],
): Translated {
  const refusals: Refusal[] = []
  const refuse = (field: string, message: string, hint: string) => refusals.push({ field, message, hint })
  if (spec.kubeConfig !== undefined) {
    refuse(
      'kubeConfig',
      'kubeConfig is not supported: the agent of a cluster writes to that cluster',
      'give the folder a cluster of its own under "flux" in .plumbline.yaml',
    )
  }
  if (spec.decryption !== undefined) {
    refuse(
      'decryption',
      'decryption is not supported: the keys would have to be where renders run',
      'keep Secrets out of Git, with External Secrets or Sealed Secrets',
    )
  }
  if (spec.postBuild?.substituteFrom?.length) {
    refuse(
      'postBuild',
      'postBuild.substituteFrom is not supported: a render reads nothing from the cluster',
      'write the values under postBuild.substitute',
    )
  }
  const source = sourceOf({ metadata, spec }, find, refuse)
  if (source === null || refusals.length > 0) return { refusals }
  return {
    source: {
      ...source,
      path: spec.path ?? '.',
      kustomize: {
        ...(spec.namePrefix ? { namePrefix: spec.namePrefix } : {}),
        ...(spec.nameSuffix ? { nameSuffix: spec.nameSuffix } : {}),
        ...(spec.targetNamespace ? { namespace: spec.targetNamespace } : {}),
        images: (spec.images ?? []).map(imageText),
        patches: (spec.patches ?? []).map(({ patch, target }) => ({ patch, ...(target ? { target } : {}) })),
        components: spec.components ?? [],
        ignoreMissingComponents: spec.ignoreMissingComponents ?? false,
      },
      flux: {
        commonMetadata: spec.commonMetadata ?? {},
        substitute: spec.postBuild?.substitute ?? {},
        readBelow: [...readBelow],
      },
    },
    namespace: spec.targetNamespace,
    automated: spec.suspend ? null : { prune: spec.prune, selfHeal: true },
    timeout: spec.timeout,
    createNamespace: false,
    healthCheckExprs: spec.healthCheckExprs ?? [],
  }
}

function sourceOf(
  { metadata, spec }: Pick<FluxKustomization, 'metadata' | 'spec'>,
  find: FindOrigin,
  refuse: (field: string, message: string, hint: string) => void,
): Pick<SourceDocument, 'repoURL' | 'targetRevision'> | null {
  if (spec.sourceRef.kind !== 'GitRepository') {
    refuse(
      'sourceRef',
      `a Kustomization from a source of kind ${spec.sourceRef.kind} is not supported`,
      'use a GitRepository',
    )
    return null
  }
  const found = find(spec.sourceRef, metadata.namespace)
  if ('refused' in found) {
    refuse('sourceRef', found.refused, found.hint)
    return null
  }
  const revision = gitRevisionOf(found.origin)
  if ('refused' in revision) {
    refuse('sourceRef', revision.refused, 'name a branch, a tag or a commit')
    return null
  }
  return { repoURL: found.origin.spec.url ?? '', targetRevision: revision.revision }
}

/** As the inline options of kustomize have it. */
function imageText(image: NonNullable<FluxKustomization['spec']['images']>[number]): string {
  const old = image.newName ? `${image.name}=${image.newName}` : image.name
  return `${old}${image.newTag ? `:${image.newTag}` : ''}${image.digest ? `@${image.digest}` : ''}`
}
