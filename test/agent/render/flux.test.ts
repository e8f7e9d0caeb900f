import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { substitute } from '../../../src/agent/render/flux/substitute.ts'
import { configMap, createRendering, type Files, type Rendering } from './rendering.ts'

let rendering: Rendering
beforeAll(async () => {
  rendering = await createRendering()
}, 1_200_000)
afterAll(() => rendering.close())

describe('variables', () => {
  const values = new Map([
    ['name', 'web'],
    ['empty', ''],
    ['_n1', '1'],
  ])
  test.each([
    ['a ${name} b', 'a web b'],
    ['${name}${_n1}', 'web1'],
    ['${nothing}', ''],
    ['${nothing:=x y}', 'x y'],
    ['${nothing:-x}', 'x'],
    ['${nothing=x}', 'x'],
    ['${empty:-x}', 'x'],
    ['${name:=x}', 'web'],
    ['${nothing:=}', ''],
    ['$name $(name)', '$name $(name)'],
    ['$${name}', '${name}'],
    ['$$${name}', '$web'],
    ['a$$b', 'a$b'],
  ])('%s is %s', (text, expected) => {
    expect(substitute(text, values)).toEqual({ text: expected })
  })

  test.each([
    '${name/a/b}',
    '${name^^}',
    '${name:1:2}',
    '${#name}',
    '${a:=${name}}',
    '${}',
    '${ name }',
    '${name-x}',
    '${name',
  ])('%s is not read', text => {
    expect(substitute(`ok ${text}`, values)).toMatchObject({ unsupported: expect.stringContaining('${') })
  })
})

const flux = (more: object = {}) => ({ path: 'apps', flux: more })

describe('what a Flux Kustomization builds', () => {
  const files: Files = {
    'apps/a.yaml': configMap('a'),
    'apps/deep/b.yml': configMap('b'),
    'apps/web/kustomization.yaml': 'resources: [c.yaml]\nnamePrefix: web-\n',
    'apps/web/c.yaml': configMap('c'),
    'apps/web/unlisted.yaml': configMap('d'),
    'apps/README.md': 'not YAML',
  }

  test('a folder without a kustomization: all below it, kustomizations as such', async () => {
    const objects = await rendering.objects(files, { ...flux(), kustomize: { namespace: 'there' } })
    expect(objects.map(it => `${it.metadata.namespace} ${it.metadata.name} ${it.from}`)).toEqual([
      'there a apps/a.yaml:1',
      'there b apps/deep/b.yml:1',
      'there web-c apps/web/c.yaml:1',
    ])
  })

  test('a folder with one: what it lists', async () => {
    const more = { ...files, 'apps/kustomization.yaml': 'resources: [a.yaml]\n' }
    const objects = await rendering.objects(more, flux())
    expect(objects.map(it => it.metadata.name)).toEqual(['a'])
  })

  test('common metadata goes over what objects say', async () => {
    const commonMetadata = { labels: { team: 'x' }, annotations: { note: 'y' } }
    const own = {
      'apps/a.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, labels: { team: own, kept: "1" } }\n',
    }
    expect(await rendering.objects(own, flux({ commonMetadata }))).toEqual([
      expect.objectContaining({
        metadata: { name: 'a', labels: { team: 'x', kept: '1' }, annotations: { note: 'y' } },
      }),
    ])
  })

  test('variables: numbers become numbers, some objects are left alone', async () => {
    const own = {
      'apps/a.yaml': `${configMap('a', 'count: ${count}\nquoted: "${count:=1}x"\n')}---\n${configMap(
        'b',
      ).replace(
        'name: b',
        'name: b\n  annotations: { kustomize.toolkit.fluxcd.io/substitute: disabled }',
      )}data: { a: "\${count}" }\n`,
    }
    expect(await rendering.objects(own, flux({ substitute: { count: '3' } }))).toEqual([
      expect.objectContaining({ count: 3, quoted: '3x' }),
      expect.objectContaining({ data: { a: '${count}' } }),
    ])
    expect((await rendering.objects(own, flux()))[0]).toMatchObject({ count: '${count}' })
  })

  test('an expression that is not read is said', async () => {
    const own = { 'apps/a.yaml': configMap('a', 'data: { a: "${b//c/d}" }\n') }
    expect(await rendering.problems(own, flux({ substitute: { b: '1' } }))).toEqual([
      expect.stringMatching(
        /^apps\/shop\.yaml:1: ConfigMap a holds \$\{b\/\/c\/d\}, which is not supported \(write /,
      ),
    ])
  })

  test('documents that are applications themselves are no objects of it; others are', async () => {
    const release =
      'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: { name: r }\nspec: {}\n'
    const own = {
      'apps/a.yaml': configMap('a'),
      'apps/read/r.yaml': release,
      'apps/other/r.yaml': release.replace('r }', 's }'),
    }
    const objects = await rendering.objects(own, flux({ readBelow: ['apps/read'] }))
    expect(objects.map(it => it.metadata.name).sort()).toEqual(['a', 's'])
  })

  test('what is missing or broken below is said as ever', async () => {
    expect(
      await rendering.problems({ 'apps/a.yaml': 'kind: ConfigMap\nmetadata:\n\tname: a\n' }, flux()),
    ).toEqual([expect.stringMatching(/^apps\/a\.yaml:3:1: a tab is used/)])
  })
})
