import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { configMap, createRendering, type Files, type Rendering } from './rendering.ts'

let rendering: Rendering
/** What an agent's disk holds besides checkouts. */
let disk: string

beforeAll(async () => {
  rendering = await createRendering()
  disk = await mkdtemp(join(tmpdir(), 'plumbline-disk-'))
  await writeFile(join(disk, 'token'), 'canary-token')
  await writeFile(join(disk, 'kubeconfig'), 'stolen: canary-kubeconfig\n')
}, 1_200_000)
afterAll(async () => {
  await rendering.close()
  await rm(disk, { recursive: true, force: true })
})

const chart: Files = {
  'web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  'web/templates/web.yaml': `${configMap('web')}data:\n  stolen: {{ .Values.stolen | default "nothing" | quote }}\n`,
}

describe('an Application cannot make helm', () => {
  test("read the agent's token, by a release name that is a flag", async () => {
    const releaseName = `--set-file=stolen=${disk}/token`
    const problems = await rendering.problems(chart, { path: 'web', helm: { releaseName } })
    expect(problems).toEqual([expect.stringContaining('invalid release name')])
  })

  test('write outside of its own folder', async () => {
    const releaseName = `--output-dir=${disk}/out`
    await rendering.problems(chart, { path: 'web', helm: { releaseName } })
    expect(await readdir(disk)).not.toContain('out')
  })

  test('read a kubeconfig, by a value file with a comma in its name', async () => {
    const name = `a,${disk}/kubeconfig`
    const files = { ...chart, 'web/a': 'x: 1\n', [`web/${name}`]: 'stolen: "no, this is mine"\n' }
    const objects = await rendering.objects(files, { path: 'web', helm: { valueFiles: [name] } })
    expect(objects).toEqual([expect.objectContaining({ data: { stolen: 'no, this is mine' } })])
  })
})

describe("no value that may be a Secret's is in what a tool says", () => {
  const inTemplate = (expression: string): Files => ({
    'web/templates/secret.yaml': `apiVersion: v1\nkind: Secret\nmetadata: { name: s }\nstringData: { p: '${expression}' }\n`,
  })
  const schema = (password: object): Files => ({
    'web/values.schema.json': JSON.stringify({ properties: { password } }),
  })
  test.each<[string, Files, RegExp]>([
    ['a schema', schema({ pattern: '^[0-9]+$' }), /at '\/password': '\(redacted\)' does not match pattern/],
    ['a date', inTemplate('{{ mustToDate "2006" .Values.password }}'), /parsing time "\(redacted\)"/],
    [
      'an expression',
      inTemplate('{{ mustRegexMatch (print .Values.password "(") "x" }}'),
      /missing closing \)/,
    ],
    ['an address', inTemplate('{{ urlParse (print "http://" .Values.password ":%zz") }}'), /invalid port/],
    ['a template', inTemplate('{{ include .Values.password . }}'), /no template "\(redacted\)"/],
    ['a short word', inTemplate('{{ include .Values.pin . }}'), /no template "\(redacted\)"/],
  ])('of helm: %s', async (_, files, expected) => {
    const values = { 'web/values.yaml': 'password: canary-1x\npin: birdie\n' }
    const [problem] = await rendering.problems({ ...chart, ...values, ...files }, { path: 'web' })
    expect(problem).toMatch(expected)
    expect(problem).not.toMatch(/canary|birdie/)
  })

  const secret = 'apiVersion: v1\nkind: Secret\nmetadata: { name: s }\nstringData: { p: canary-1x }\n'
  test.each<[string, string, RegExp]>([
    ['a literal without a key', 'secretGenerator: [{ name: x, literals: [canary] }]', /expected key=value/],
    [
      'a literal without a name',
      'secretGenerator: [{ name: x, literals: ["=canary"] }]',
      /expected key=value/,
    ],
    ['a literal among files', 'secretGenerator: [{ name: x, files: ["p=canary"] }]', /does not exist/],
    [
      'a patch without a name',
      'resources: [s.yaml]\npatches:\n- patch: |-\n    kind: Secret\n    stringData: { p: canary }',
      /unable to parse SM or JSON patch/,
    ],
    [
      'a patch that is no YAML',
      'resources: [s.yaml]\npatches:\n- patch: "stringData: p: `canary`"',
      /unable to parse SM or JSON patch/,
    ],
    [
      'a replacement into a value',
      'resources: [s.yaml]\nreplacements:\n- source: { kind: Secret, fieldPath: stringData.p }\n  targets: [{ select: { kind: Secret }, fieldPaths: [stringData.p.q] }]',
      /expected MappingNode/,
    ],
    [
      'a replacement of a part',
      'resources: [s.yaml]\nreplacements:\n- source: { kind: Secret, fieldPath: stringData.p, options: { delimiter: "-", index: 5 } }\n  targets: [{ select: { kind: Secret }, fieldPaths: [stringData.p] }]',
      /index 5 is out of bounds/,
    ],
    [
      'a plugin without a kind that there is',
      'generators:\n- |-\n  kind: Secret\n  stringData: { p: canary-1x }',
      /no such file/,
    ],
  ])('of kustomize: %s', async (_, kustomization, expected) => {
    const files = { 'a/kustomization.yaml': `${kustomization}\n`, 'a/s.yaml': secret }
    const [problem] = await rendering.problems(files, { path: 'a' })
    expect(problem).toMatch(expected)
    expect(problem).not.toMatch(/canary/)
  })
})
