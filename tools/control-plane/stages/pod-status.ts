/** Pieces of Go templates that give a pod's status. Each expects `$now`; those with `$unready`, a list of container names. */

export const now = '{{ $now := Now }}'

/** Starts every list of unready containers with all of them. */
export const allUnready = `
{{ $unready := list }}
{{ range .spec.containers }}{{ $unready = append $unready .name }}{{ end }}`

export const started = `
startTime: {{ $now | Quote }}
{{ with NodeIPsWith .spec.nodeName }}
hostIP: {{ index . 0 | Quote }}
hostIPs:
{{ range . }}
- ip: {{ . | Quote }}
{{ end }}
{{ end }}
{{ with PodIPsWith .spec.nodeName (or .spec.hostNetwork false) .metadata.uid .metadata.name .metadata.namespace }}
podIP: {{ index . 0 | Quote }}
podIPs:
{{ range . }}
- ip: {{ . | Quote }}
{{ end }}
{{ end }}
initContainerStatuses:
{{ range .spec.initContainers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: {{ .image | Quote }}
  ready: true
  restartCount: 0
  {{ if eq (or .restartPolicy "") "Always" }}
  started: true
  state: { running: { startedAt: {{ $now | Quote }} } }
  {{ else }}
  started: false
  state: ${terminated(0, 'Completed')}
  {{ end }}
{{ end }}`

export const readyConditions = `
conditions:
${condition('PodReadyToStartContainers', 'True')}
${condition('Initialized', 'True')}
${condition('ContainersReady', 'True')}
${condition('Ready', 'True')}
{{ range .spec.readinessGates }}
- { type: {{ .conditionType | Quote }}, status: "True", lastTransitionTime: {{ $now | Quote }} }
{{ end }}`

const unready =
  'reason: ContainersNotReady, message: "containers with unready status: [{{ join " " $unready }}]"'

export const unreadyConditions = `
conditions:
${condition('PodReadyToStartContainers', 'True')}
${condition('Initialized', 'True')}
${condition('ContainersReady', 'False', unready)}
${condition('Ready', 'False', unready)}`

export function finishedConditions(reason: 'PodCompleted' | 'PodFailed'): string {
  return `
conditions:
${condition('ContainersReady', 'False', `reason: ${reason}`)}
${condition('Ready', 'False', `reason: ${reason}`)}`
}

function condition(type: string, status: 'True' | 'False', more?: string): string {
  const rest = more === undefined ? '' : `, ${more}`
  return `- { type: ${type}, status: "${status}", lastTransitionTime: {{ $now | Quote }}${rest} }`
}

/** The status of every container of the spec, from a template of one. */
export function containers(one: string): string {
  return `
containerStatuses:
{{ range .spec.containers }}${one}
{{ end }}`
}

export function running(ready: boolean): string {
  return `
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: {{ .image | Quote }}
  ready: ${ready}
  started: true
  restartCount: 0
  state: { running: { startedAt: {{ $now | Quote }} } }`
}

interface Stopped {
  /** YAML of the state, on one line. */
  readonly state: string
  readonly lastState?: string
  /** A number, or the Go template of one. Default 0. */
  readonly restartCount?: string
  /** Whether its image was ever there. Default true. */
  readonly pulled?: boolean
}

/** A container that is neither running nor ready. */
export function stopped({ state, lastState = '{}', restartCount = '0', pulled = true }: Stopped): string {
  return `
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: ${pulled ? '{{ .image | Quote }}' : '""'}
  ready: false
  started: false
  restartCount: ${restartCount}
  state: ${state}
  lastState: ${lastState}`
}

export function terminated(exitCode: number, reason: string): string {
  const times = 'startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }}'
  return `{ terminated: { exitCode: ${exitCode}, reason: ${reason}, ${times} } }`
}
