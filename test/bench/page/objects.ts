import type { Change } from '../../../src/model/plan.ts'

const kinds = ['apps/Deployment', '/ConfigMap', '/Service', 'apps/StatefulSet', 'batch/CronJob'] as const
const actions = ['update', 'update', 'update', 'create', 'delete'] as const

/** Objects that change, as a plan has them: 25 lines of diff each, every seventh with a risk, every ninth only drifted. */
export function changes(amount: number): readonly Change[] {
  return Array.from({ length: amount }, (_, index) => change(index))
}

function change(index: number): Change {
  const name = `service-${index}`
  const isDrift = index % 9 === 8
  const origin = isDrift ? 'drift' : 'pull-request'
  return {
    id: `${kinds[index % kinds.length]!}/shop/${name}`,
    action: actions[index % actions.length]!,
    origin,
    fields: [
      {
        path: '/spec/replicas',
        before: 2,
        after: 3,
        origin,
        manager: isDrift ? 'kubectl-scale' : null,
        managedAt: isDrift ? '2026-01-05T09:00:00Z' : null,
      },
    ],
    diff: diff(name, index),
    risks:
      index % 7 === 0
        ? [{ code: 'pods-restart', severity: 'medium', message: `3 pods of \`${name}\` restart` }]
        : [],
    source: { file: `overlays/prod/${name}.yaml`, line: 1 },
    error: null,
    note: null,
  }
}

function diff(name: string, index: number): string {
  const around = (from: number) =>
    Array.from({ length: 5 }, (_, at) => `   setting-${from + at}: value of ${name}`)
  return [
    '@@ 12 unchanged lines @@',
    ` name: ${name}`,
    ...around(0),
    '-  replicas: 2',
    '+  replicas: 3',
    ...around(5),
    '@@ 8 unchanged lines @@',
    ...around(10),
    `-      - image: registry.example.com/shop/${name}:v${index}`,
    `+      - image: registry.example.com/shop/${name}:v${index + 1}`,
    ...around(15),
    '',
  ].join('\n')
}
