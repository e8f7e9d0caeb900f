import { expect, test } from 'vitest'
import { validateTree } from '../../src/repository/validate.ts'
import { formatProblem } from '../../src/model/problem.ts'
import { memoryTree } from './memory-tree.ts'

const signal = AbortSignal.timeout(30_000)

const application = (rule: string) => `apiVersion: plumbline.dev/v1alpha1
kind: Application
metadata:
  name: shop
spec:
  source: { repoURL: https://git.example.com/acme/shop.git, path: deploy }
  destination: { name: dev }
  healthCheckExprs:
    - apiVersion: example.com/v1
      kind: Widget
${rule}
`

const kustomization = (rule: string) => `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: shop, namespace: flux-system }
spec:
  path: ./deploy
  prune: true
  sourceRef: { kind: GitRepository, name: shop }
  healthCheckExprs:
    - apiVersion: example.com/v1
      kind: Widget
${rule}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: { name: shop, namespace: flux-system }
spec: { url: https://git.example.com/acme/shop.git, ref: { branch: main } }
`

const settings = 'version: 1\nflux: [{ path: apps, cluster: dev }]\n'

async function read(text: string) {
  const tree = memoryTree({
    '.plumbline.yaml': settings,
    'apps/shop.yaml': text,
    'deploy/widget.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: it }\n',
  })
  return validateTree(tree, { cloneUrl: null }, signal)
}

test.each([
  ['an Application', application],
  ['a Kustomization of Flux', kustomization],
])('rules of health are read from %s', async (_, document) => {
  const { applications, problems } = await read(
    document("      failed: status.phase == 'Broken'\n      current: status.phase == 'Done'"),
  )
  expect(problems).toEqual([])
  expect(applications[0]?.healthCheckExprs).toEqual([
    {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      current: "status.phase == 'Done'",
      inProgress: null,
      failed: "status.phase == 'Broken'",
    },
  ])
})

test.each([
  ['an Application', application],
  ['a Kustomization of Flux', kustomization],
])('what is no expression is a problem with its place: %s', async (_, document) => {
  const { problems } = await read(document('      current: status.phase ==\n      failed: fetch(status.url)'))
  expect(problems.map(formatProblem)).toEqual([
    expect.stringMatching(
      /^apps\/shop\.yaml:11:7: spec\.healthCheckExprs\[0\]\.current: it is not a CEL expression: column \d+/,
    ),
    'apps/shop.yaml:12:7: spec.healthCheckExprs[0].failed: it calls fetch(), which there is not',
  ])
})

test('a rule without current is a problem', async () => {
  const { problems } = await read(application("      failed: status.phase == 'Broken'"))
  expect(problems.map(formatProblem)).toEqual([
    expect.stringContaining('spec.healthCheckExprs[0].current is missing'),
  ])
})
