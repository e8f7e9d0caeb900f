import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromObject, toObject } from '../../../src/agent/state/application-spec.ts'
import type { Application, ApplicationSource } from '../../../src/model/application.ts'

const text = fc.string({ minLength: 1, maxLength: 12 })
const name = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/)
const condition = fc.constantFrom(
  'status.ready',
  "status.conditions.exists(e, e.type == 'Ready' && e.status == 'True')",
)
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null })
const texts = fc.array(text, { maxLength: 3 })
/** No label or annotation may begin with an underscore, so none is `__proto__`. */
const map = fc.dictionary(
  text.filter(it => !it.startsWith('__')),
  fc.string(),
  { maxKeys: 3 },
)
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map(parts => parts.join('/'))

const source: fc.Arbitrary<ApplicationSource> = fc.record({
  repoURL: text,
  path: fc.oneof(path, fc.constant('.')),
  targetRevision: text,
  chart: maybe(text),
  ref: maybe(text),
  directory: fc.record({ recurse: fc.boolean(), include: maybe(text), exclude: maybe(text) }),
  kustomize: fc.record({
    namePrefix: maybe(text),
    nameSuffix: maybe(text),
    namespace: maybe(text),
    images: texts,
    replicas: fc.array(fc.record({ name: text, count: fc.nat(100) }), { maxLength: 2 }),
    commonLabels: map,
    commonAnnotations: map,
    labelWithoutSelector: fc.boolean(),
    labelIncludeTemplates: fc.boolean(),
    forceCommonLabels: fc.boolean(),
    forceCommonAnnotations: fc.boolean(),
    commonAnnotationsEnvsubst: fc.boolean(),
    components: texts,
    ignoreMissingComponents: fc.boolean(),
    patches: fc.array(
      fc.oneof(
        fc.record({ path: text, target: fc.record({ kind: text, name: text }) }),
        fc.record({ patch: text, options: fc.record({ allowNameChange: fc.boolean() }) }),
      ),
      { maxLength: 2 },
    ),
  }),
  flux: maybe(
    fc.record({
      commonMetadata: fc.record({ labels: map, annotations: map }),
      substitute: map,
      readBelow: texts,
    }),
  ),
  helm: fc.record({
    releaseName: maybe(text),
    valueFiles: texts,
    values: maybe(text),
    parameters: fc.array(fc.record({ name: text, value: fc.string(), forceString: fc.boolean() }), {
      maxLength: 2,
    }),
    fileParameters: fc.array(fc.record({ name: text, path: text }), { maxLength: 2 }),
    skipCrds: fc.boolean(),
    skipSchemaValidation: fc.boolean(),
    ignoreMissingValueFiles: fc.boolean(),
    namespace: maybe(text),
    kubeVersion: maybe(text),
    apiVersions: texts,
  }),
})

const application: fc.Arbitrary<Application> = fc.record({
  name,
  definedIn: maybe(fc.record({ file: text, line: maybe(fc.integer({ min: 1, max: 9999 })) })),
  sources: fc.array(source, { minLength: 1, maxLength: 2 }),
  destination: fc.record({ cluster: text, namespace: name }),
  syncPolicy: fc.record({
    automated: maybe(fc.record({ prune: fc.boolean(), selfHeal: fc.boolean(), allowEmpty: fc.boolean() })),
    syncOptions: texts,
    retry: fc.record({
      limit: fc.nat(10),
      durationSeconds: fc.oneof(fc.nat(7200), fc.constant(0.5)),
      maxDurationSeconds: fc.nat(7200),
      factor: fc.integer({ min: 1, max: 10 }),
    }),
    timeoutSeconds: fc.integer({ min: 1, max: 7200 }),
  }),
  ignoreDifferences: fc.array(
    fc.record({
      group: maybe(text),
      kind: text,
      name: maybe(text),
      namespace: maybe(text),
      jsonPointers: texts,
      jqPathExpressions: texts,
      managedFieldsManagers: texts,
    }),
    { maxLength: 2 },
  ),
  healthCheckExprs: fc.array(
    fc.record({
      apiVersion: text,
      kind: text,
      current: condition,
      inProgress: maybe(condition),
      failed: maybe(condition),
    }),
    { maxLength: 2 },
  ),
  revisionHistoryLimit: fc.nat(100),
  manifestGeneratePaths: fc.array(path, { maxLength: 2 }),
})

const repository = fc.record({
  forge: fc.constantFrom('github', 'gitlab', 'gitea', 'bitbucket'),
  host: text,
  fullName: text,
  cloneUrl: text,
})

test('an application comes back from its object as it was', () => {
  fc.assert(
    fc.property(application, maybe(repository), (application, repository) => {
      const object = JSON.parse(JSON.stringify(toObject(application, repository, 'plumbline-system')))
      expect(fromObject(object)).toEqual({ application, repository })
    }),
  )
})
