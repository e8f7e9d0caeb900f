import {
  allUnready,
  containers,
  finishedConditions,
  now,
  readyConditions,
  running,
  started,
  stopped,
  terminated,
  unreadyConditions,
} from './pod-status.ts'
import { deletionStage, missing, noneOf, oneOf, setStatus, type Stage, stage, warn } from './stage.ts'

const missingImage = ':(does-not-exist|never-pulls)$'

/** How a pod behaves: what its annotation says, else what its images say, else `run`. */
const behaviour =
  '.metadata.annotations["plumbline.dev/simulate"] // ' +
  `(if any(.spec.containers[]; .image | test("${missingImage}")) then "image-pull" else "run" end)`

const behavesWell = noneOf(behaviour, 'crash', 'image-pull', 'never-ready', 'slow-start')
const isNew = missing('.status.startTime')
const waitingReason = '.status.containerStatuses[]?.state.waiting.reason'

const becomesReady = [
  setStatus([now, 'phase: Running', started, readyConditions, containers(running(true))].join('\n')),
]

/** Ready at once (annotation `slow-start`: after four seconds), complete soon when they belong to a Job, gone when deleted. */
const wellBehaved: readonly Stage[] = [
  stage({
    name: 'pod-run',
    kind: 'Pod',
    when: [isNew, behavesWell],
    steps: becomesReady,
  }),
  stage({
    name: 'pod-run-late',
    kind: 'Pod',
    when: [isNew, oneOf(behaviour, 'slow-start')],
    after: 4_000,
    steps: becomesReady,
  }),
  stage({
    name: 'pod-complete',
    kind: 'Pod',
    when: [oneOf('.status.phase', 'Running'), oneOf('.metadata.ownerReferences[]?.kind', 'Job'), behavesWell],
    // So that the Job's pod is seen to run.
    after: 100,
    steps: [
      setStatus(
        [
          now,
          'phase: Succeeded',
          finishedConditions('PodCompleted'),
          containers(stopped({ state: terminated(0, 'Completed') })),
        ].join('\n'),
      ),
    ],
  }),
  deletionStage({ name: 'pod-delete', kind: 'Pod', when: [], steps: [{ delete: true }] }),
]

const backOffMessage =
  'back-off 10s restarting failed container={{ .name }} ' +
  'pod={{ $pod.metadata.name }}_{{ $pod.metadata.namespace }}({{ $pod.metadata.uid }})'

function crashed(restartCount: string): string {
  const state = `{ waiting: { reason: CrashLoopBackOff, message: ${JSON.stringify(backOffMessage)} } }`
  return stopped({ state, lastState: terminated(1, 'Error'), restartCount })
}

const crashEvent = warn('BackOff', 'Back-off restarting failed container')

/** Annotation `crash`: every container ends with exit code 1, again and again; once, if it is not to be restarted. */
const crashing: readonly Stage[] = [
  stage({
    name: 'pod-crash',
    kind: 'Pod',
    when: [isNew, oneOf(behaviour, 'crash'), noneOf('.spec.restartPolicy', 'Never')],
    steps: [
      crashEvent,
      setStatus(
        [
          now,
          '{{ $pod := . }}',
          allUnready,
          'phase: Running',
          started,
          unreadyConditions,
          containers(crashed('1')),
        ].join('\n'),
      ),
    ],
  }),
  stage({
    name: 'pod-crash-again',
    kind: 'Pod',
    when: [oneOf(behaviour, 'crash'), oneOf(waitingReason, 'CrashLoopBackOff')],
    after: 10_000,
    steps: [
      crashEvent,
      setStatus(
        [
          now,
          '{{ $pod := . }}',
          'containerStatuses:',
          `{{ range .status.containerStatuses }}${crashed('{{ add .restartCount 1 }}')}`,
          '{{ end }}',
        ].join('\n'),
      ),
    ],
  }),
  stage({
    name: 'pod-fail',
    kind: 'Pod',
    when: [isNew, oneOf(behaviour, 'crash'), oneOf('.spec.restartPolicy', 'Never')],
    steps: [
      setStatus(
        [
          now,
          'phase: Failed',
          started,
          finishedConditions('PodFailed'),
          containers(stopped({ state: terminated(1, 'Error') })),
        ].join('\n'),
      ),
    ],
  }),
]

/** Every container when the annotation says so, else those whose image has the tag. */
const unpulled = `
{{ $simulated := eq (dig "annotations" "plumbline.dev/simulate" "" .metadata) "image-pull" }}
{{ $unready := list }}
{{ range .spec.containers }}
{{ if or $simulated (regexMatch "${missingImage}" .image) }}{{ $unready = append $unready .name }}{{ end }}
{{ end }}`

const notFound =
  'rpc error: code = NotFound desc = failed to pull and unpack image \\"{{ .image }}\\": ' +
  'failed to resolve reference \\"{{ .image }}\\": {{ .image }}: not found'

function pulling(reason: string, message: string): string {
  const waiting = stopped({
    state: `{ waiting: { reason: ${reason}, message: "${message}" } }`,
    pulled: false,
  })
  return containers(`{{ if has .name $unready }}${waiting}\n{{ else }}${running(true)}\n{{ end }}`)
}

/** Annotation `image-pull`, or an image with the tag does-not-exist or never-pulls: the image is not found. */
const neverPulled: readonly Stage[] = [
  stage({
    name: 'pod-image-pull',
    kind: 'Pod',
    when: [isNew, oneOf(behaviour, 'image-pull')],
    steps: [
      warn('Failed', 'Failed to pull image: not found'),
      setStatus(
        [now, unpulled, 'phase: Pending', started, unreadyConditions, pulling('ErrImagePull', notFound)].join(
          '\n',
        ),
      ),
    ],
  }),
  stage({
    name: 'pod-image-pull-back-off',
    kind: 'Pod',
    when: [oneOf(waitingReason, 'ErrImagePull')],
    after: 500,
    steps: [
      warn('Failed', 'Error: ImagePullBackOff'),
      setStatus(
        [
          now,
          unpulled,
          pulling('ImagePullBackOff', `Back-off pulling image \\"{{ .image }}\\": ErrImagePull: ${notFound}`),
        ].join('\n'),
      ),
    ],
  }),
]

/** Annotation `never-ready`: the containers run, their readiness probe never succeeds. */
const neverReady: readonly Stage[] = [
  stage({
    name: 'pod-never-ready',
    kind: 'Pod',
    when: [isNew, oneOf(behaviour, 'never-ready')],
    steps: [
      warn('Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503'),
      setStatus(
        [now, allUnready, 'phase: Running', started, unreadyConditions, containers(running(false))].join(
          '\n',
        ),
      ),
    ],
  }),
]

export const podStages: readonly Stage[] = [...wellBehaved, ...crashing, ...neverPulled, ...neverReady]
