import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { applicationDocument } from '../../../src/model/application-document.ts'
import { createRendering, type Files, type Rendering } from './rendering.ts'

let rendering: Rendering
beforeAll(async () => {
  rendering = await createRendering()
}, 1_200_000)
afterAll(() => rendering.close())

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: web:1 }] }
`
const files: Files = {
  'app/kustomization.yaml':
    'resources: [web.yaml]\nlabels: [{ pairs: { team: own } }]\ncommonAnnotations: { note: own }\n',
  'app/web.yaml': deployment,
  'app/patch.yaml': '- { op: replace, path: /spec/replicas, value: 4 }\n',
}
const rendered = async (kustomize: object, more: Files = {}) =>
  (await rendering.objects({ ...files, ...more }, { path: 'app', kustomize }))[0]!

const labelled = (metadata: object, selector: object, template: object) => ({
  metadata: expect.objectContaining({ labels: metadata }),
  spec: expect.objectContaining({
    selector: { matchLabels: selector },
    template: expect.objectContaining({ metadata: expect.objectContaining({ labels: template }) }),
  }),
})

describe('common labels', () => {
  const app = { app: 'web' }
  const l = { l: 'yes' }
  test.each([
    ['go everywhere', {}, labelled({ ...l, team: 'own' }, { ...app, ...l }, { ...app, ...l })],
    [
      'stay out of selectors and templates',
      { labelWithoutSelector: true },
      labelled({ ...l, team: 'own' }, app, app),
    ],
    [
      'stay out of selectors alone',
      { labelWithoutSelector: true, labelIncludeTemplates: true },
      labelled({ ...l, team: 'own' }, app, { ...app, ...l }),
    ],
    [
      'replace others by force',
      { commonLabels: { team: 'x' }, labelWithoutSelector: true, forceCommonLabels: true },
      labelled({ team: 'x' }, app, app),
    ],
    [
      'may say the same again',
      { commonLabels: { team: 'own' }, labelWithoutSelector: true },
      labelled({ team: 'own' }, app, app),
    ],
  ])('%s', async (_, options, expected) => {
    expect(await rendered({ commonLabels: l, ...options })).toMatchObject(expected)
  })

  test.each([
    [{ commonLabels: { team: 'x' } }, 'commonLabels', 'team', 'forceCommonLabels'],
    [{ commonAnnotations: { note: 'x' } }, 'commonAnnotations', 'note', 'forceCommonAnnotations'],
  ])('%j replace nothing without force', async (kustomize, field, name, force) => {
    expect(await rendering.problems(files, { path: 'app', kustomize })).toEqual([
      `apps/shop.yaml:1: ${field} of the source sets "${name}", to which app/kustomization.yaml gives another value ` +
        `(leave it out in one of the two, or set ${force}: true)`,
    ])
  })

  test('annotations replace others by force', async () => {
    const kustomize = { commonAnnotations: { note: 'x' }, forceCommonAnnotations: true }
    expect(await rendered(kustomize)).toMatchObject({ metadata: { annotations: { note: 'x' } } })
  })
})

describe('variables of the build', () => {
  const commonAnnotations = {
    from: '${ARGOCD_APP_NAME} in $ARGOCD_APP_NAMESPACE, $ARGOCD_APP_SOURCE_PATH for $$5',
  }
  test('are put into annotations on request', async () => {
    expect(await rendered({ commonAnnotations, commonAnnotationsEnvsubst: true })).toMatchObject({
      metadata: { annotations: { from: 'shop in shop, app for $5' } },
    })
    expect(await rendered({ commonAnnotations })).toMatchObject({
      metadata: { annotations: commonAnnotations },
    })
  })

  test('one that changes with every commit, and one that nobody knows, are refused', async () => {
    const kustomize = {
      commonAnnotations: { a: '$ARGOCD_APP_REVISION_SHORT', b: '$HOME' },
      commonAnnotationsEnvsubst: true,
    }
    expect(await rendering.problems(files, { path: 'app', kustomize })).toEqual([
      expect.stringMatching(
        /^apps\/shop\.yaml:1: \$ARGOCD_APP_REVISION_SHORT is not supported: every commit/,
      ),
      expect.stringMatching(/^apps\/shop\.yaml:1: there is no variable \$HOME/),
    ])
  })
})

describe('patches', () => {
  test.each([
    [
      'strategic merge',
      { patch: 'kind: Deployment\napiVersion: apps/v1\nmetadata: { name: web }\nspec: { replicas: 4 }' },
    ],
    ['JSON 6902', { target: { kind: 'Deployment' }, patch: '- { op: add, path: /spec/replicas, value: 4 }' }],
    [
      'of what has a label',
      { target: { labelSelector: 'team=mine' }, patch: '- { op: add, path: /spec/replicas, value: 4 }' },
    ],
    ['of a file', { target: { name: 'w.*' }, path: 'patch.yaml' }],
  ])('%s', async (_, patch) => {
    const more = {
      'app/web.yaml': deployment
        .replace('spec:\n', 'spec:\n  replicas: 1\n')
        .replace('name: web }', 'name: web, labels: { team: mine } }'),
    }
    expect(await rendered({ patches: [patch] }, more)).toMatchObject({ spec: { replicas: 4 } })
  })

  test("come after the kustomization's own", async () => {
    const own = `${files['app/kustomization.yaml']}patches: [{ target: { kind: Deployment }, patch: "- { op: add, path: /spec/replicas, value: 2 }" }]\n`
    const patch = {
      target: { kind: 'Deployment' },
      patch:
        '- { op: test, path: /spec/replicas, value: 2 }\n- { op: replace, path: /spec/replicas, value: 3 }',
    }
    expect(await rendered({ patches: [patch] }, { 'app/kustomization.yaml': own })).toMatchObject({
      spec: { replicas: 3 },
    })
  })

  test('a file that is not there is said at the Application', async () => {
    expect(
      await rendering.problems(files, { path: 'app', kustomize: { patches: [{ path: 'patsh.yaml' }] } }),
    ).toEqual([
      'apps/shop.yaml:1: "patsh.yaml", listed under patches, does not exist (did you mean "patch.yaml"?)',
    ])
  })
})

describe('components', () => {
  const more = {
    'c/kustomization.yaml': 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: c-\n',
  }
  test('that are missing may be left out', async () => {
    const kustomize = { components: ['../c', '../nope'], ignoreMissingComponents: true }
    expect(await rendered(kustomize, more)).toMatchObject({ metadata: { name: 'c-web' } })
  })

  test.each([
    ['../nope', {}, '"../nope", listed under components, does not exist'],
    ['../../nope', { ignoreMissingComponents: true }, '"../../nope" lies outside of the repository'],
    [
      'https://github.com/acme/c?ref=v1',
      { ignoreMissingComponents: true },
      'would be fetched from the network',
    ],
  ])('%s with %j is said', async (component, options, expected) => {
    const kustomize = { components: [component], ...options }
    const [problem] = await rendering.problems({ ...files, ...more }, { path: 'app', kustomize })
    expect(problem).toContain('apps/shop.yaml:1: ')
    expect(problem).toContain(expected)
  })
})

test.each([
  ['image by tag', 'web:2', 'web:2'],
  ['image by digest', 'web@sha256:abc', 'web@sha256:abc'],
  ['another image', 'web=registry.example:5000/other/web:2', 'registry.example:5000/other/web:2'],
  ['another image, same tag', 'web=other', 'other:1'],
])('%s', async (_, image, expected) => {
  expect(await rendered({ images: [image] })).toMatchObject({
    spec: { template: { spec: { containers: [{ image: expected }] } } },
  })
})

test('another version of kustomize is refused', () => {
  const source = { repoURL: '.', kustomize: { version: 'v4' } }
  const document = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'a' } }
  const result = applicationDocument.safeParse({
    ...document,
    spec: { source, destination: { name: 'dev' } },
  })
  expect(result.error?.issues).toEqual([
    expect.objectContaining({
      path: ['spec', 'source', 'kustomize', 'version'],
      message: 'another kustomize than the one that comes with Plumbline cannot be chosen; leave it out',
    }),
  ])
})
