import { join } from 'node:path'
import { expect, test } from 'vitest'
import { applicationKey } from '../../src/model/application.ts'
import { formatProblem } from '../../src/model/problem.ts'
import { folderTree } from '../../src/repository/tree.ts'
import { validateTree } from '../../src/repository/validate.ts'
import { memoryTree } from './memory-tree.ts'

const { signal } = new AbortController()

test('the guestbook is valid', async () => {
  const tree = await folderTree(join(import.meta.dirname, '../../examples/guestbook'))
  const { applications, problems, files } = await validateTree(tree, { cloneUrl: null }, signal)
  expect(problems).toEqual([])
  expect(applications.map(applicationKey)).toEqual(['guestbook@dev', 'guestbook@prod'])
  expect(applications.map(it => [it.sources[0]!.path, it.syncPolicy.automated?.selfHeal])).toEqual([
    ['overlays/dev', true],
    ['overlays/prod', false],
  ])
  expect(files).toBe(10)
})

test('everything wrong is said at once, in order of files', async () => {
  const tree = memoryTree({
    '.plumbline.yaml': 'version: 3\n',
    '.github/workflows/x.yaml': 'a: "',
    'a/manifest.yaml': 'a:\n\tb: 1\n',
    'a/templated.yaml': 'kind: {{ .Values.x }}\n',
    'app.yaml':
      'apiVersion: plumbline.dev/v1alpha1\nkind: Application\nmetadata: { name: x }\nspec:\n  source: { repoURL: ., path: nope }\n  destination: { name: dev }\n',
    'chart/Chart.yaml': 'name: c\nname: d\n',
    'chart/templates/x.yaml': 'a: "{{',
    'over/kustomization.yaml': 'resources: [gone.yaml, ../a, https://example.com/x]\n',
  })
  const { problems } = await validateTree(tree, { cloneUrl: null }, signal)
  expect(problems.map(formatProblem)).toEqual([
    '.plumbline.yaml:1:1: version must be "1", but is 3',
    'a/manifest.yaml:2:1: a tab is used for indentation (YAML allows only spaces there)',
    expect.stringMatching(/^a\/templated\.yaml:1:\d: .*this looks like a template/),
    'app.yaml:1:1: the path nope of x does not exist (paths are relative to the root of the repository)',
    'chart/Chart.yaml:2:1: the key "name" is given twice in the same map (keep one of the two)',
    'over/kustomization.yaml:1:13: "gone.yaml", listed under resources, does not exist in this repository',
  ])
})
