import { randomBytes } from 'node:crypto'
import { toYaml } from '../../engine/diff-text.ts'
import { foldSecret } from '../../engine/fold-secret.ts'
import { mapTexts } from '../../engine/json.ts'
import { compareIds } from '../../engine/order.ts'
import { redactObject } from '../../engine/redact.ts'
import { objectIdOf } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { RenderedObject } from '../../model/rendered.ts'
import { plain } from './plain.ts'

interface Options {
  readonly format: 'yaml' | 'json'
  readonly hideSecrets: boolean
}

/** Rendered objects in the order in which they are applied; as YAML each with the place that it comes from. */
export function objectsText(rendered: readonly RenderedObject[], { format, hideSecrets }: Options): string {
  const ordered = rendered
    .map(({ object, source }) => ({ object: hideSecrets ? hidden(object) : object, source }))
    .map(it => ({ ...it, id: idOf(it.object) }))
    .sort((a, b) => compareIds(a.id, b.id))
  if (format === 'json') {
    const items = ordered.map(it => it.object)
    return `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, null, 2)}\n`
  }
  return ordered
    .map(({ object, source }) => {
      const place = source && [source.file, source.line].filter(it => it !== null).join(':')
      return `---\n${place ? `# Source: ${plain(place).replaceAll('\n', ' ')}\n` : ''}${toYaml(object)}`
    })
    .join('')
}

/** Hooks may go by `generateName` alone. */
function idOf(object: KubernetesObject): string {
  const name = object.metadata.name || object.metadata.generateName || ''
  return objectIdOf({ ...object, metadata: { ...object.metadata, name: name.replaceAll('/', '_') || '-' } })
}

/** All of a Secret's content goes under `data`, where what stands for it is no base64: nobody can apply it by mistake. */
function hidden(object: KubernetesObject): KubernetesObject {
  const redacted = redactObject(foldSecret(object).object, randomBytes(32))
  return mapTexts(redacted, text =>
    /^\(redacted, hmac [0-9a-f]{8}\)$/.test(text) ? '(hidden)' : text,
  ) as KubernetesObject
}
