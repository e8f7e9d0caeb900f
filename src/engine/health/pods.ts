import type { KubernetesObject } from '../../model/object.ts'
import type { Health } from '../../model/sync.ts'
import { textAt } from '../json.ts'
import { podTrouble } from '../pod-trouble.ts'
import { conditionOf, degraded, healthy, progressing, wordsOf } from './verdict.ts'

/** Source: gitops-engine pkg/health/health_pod.go. */
export function podHealth(object: KubernetesObject): Health {
  const trouble = podTrouble(object)
  if (trouble) return degraded(`${trouble.reason}: ${trouble.message}`)
  switch (textAt(object, 'status', 'phase')) {
    case 'Succeeded':
      return healthy
    case 'Failed':
      // Only one on its way out has no trouble by now.
      return degraded(textAt(object, 'status', 'reason') || 'the pod failed')
    case 'Running':
      return runningHealth(object)
    case 'Unknown':
      return { status: 'unknown', message: textAt(object, 'status', 'message') ?? 'its node does not answer' }
    case null:
    default:
      return progressing(textAt(object, 'status', 'message') || waitOf(object))
  }
}

/** A pod that is held back by scheduling gates says so in its condition. */
function waitOf(object: KubernetesObject): string {
  const scheduled = conditionOf(object, 'PodScheduled')
  return scheduled?.status === 'False' ? wordsOf(scheduled) : 'the pod is starting'
}

function runningHealth(object: KubernetesObject): Health {
  if (runsToItsEnd(object)) return progressing('the pod is running to its end')
  const ready = conditionOf(object, 'Ready')
  if (ready?.status === 'True') return healthy
  return progressing(ready ? wordsOf(ready) : 'the pod is not ready yet')
}

/** Such a pod does something once: that it is Ready meanwhile does not say that it did. Argo CD has the annotation for those that stay. */
function runsToItsEnd(object: KubernetesObject): boolean {
  const policy = textAt(object, 'spec', 'restartPolicy') ?? 'Always'
  const staysAnyway = object.metadata.annotations?.['argocd.argoproj.io/ignore-restart-policy'] !== undefined
  return policy !== 'Always' && !staysAnyway
}
