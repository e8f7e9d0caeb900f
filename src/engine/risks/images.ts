import type { KubernetesObject } from '../../model/object.ts'
import type { Risk } from '../../model/plan.ts'
import { textAt } from '../json.ts'
import type { RiskInput } from '../risks.ts'
import { containersOf, podTemplateOf } from './pod-template.ts'

/** Images that come with this change and may be another one tomorrow. */
export function imageRisks({ live, after }: RiskInput): readonly Risk[] {
  if (!after) return []
  const before = new Set(imagesOf(live))
  return imagesOf(after)
    .filter((image, at, all) => !before.has(image) && all.indexOf(image) === at)
    .flatMap((image): Risk[] => {
      const tag = tagOf(image)
      if (tag === 'latest') {
        return [
          {
            code: 'image-latest',
            severity: 'medium',
            message: `image ${image} is whatever latest means today`,
          },
        ]
      }
      if (tag !== null) return []
      return [
        { code: 'image-unpinned', severity: 'medium', message: `image ${image} has neither tag nor digest` },
      ]
    })
}

/** `sha256:...` counts as a tag. Null when there is neither. A colon before the last slash is a registry's port. */
function tagOf(image: string): string | null {
  const name = image.slice(image.lastIndexOf('/') + 1)
  if (name.includes('@')) return name.slice(name.indexOf('@') + 1)
  const colon = name.indexOf(':')
  return colon < 0 ? null : name.slice(colon + 1)
}

/** Images of all containers of a pod or of whatever has a pod template. */
function imagesOf(object: KubernetesObject | null): readonly string[] {
  return containersOf(podTemplateOf(object)?.spec).flatMap(container => textAt(container, 'image') || [])
}
