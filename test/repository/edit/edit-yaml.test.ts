import { expect, test } from 'vitest'
import { editYaml, type Json, type YamlEdit, type YamlPath } from '../../../src/repository/edit/edit-yaml.ts'

const set = (path: YamlPath, value: Json, document = 0): YamlEdit => ({ kind: 'set', document, path, value })
const insert = (path: YamlPath, value: Json): YamlEdit => ({ kind: 'insert', document: 0, path, value })
const remove = (path: YamlPath): YamlEdit => ({ kind: 'remove', document: 0, path })

interface Row {
  readonly what: string
  readonly old: string
  readonly edits: readonly YamlEdit[]
  readonly now: string
}

const deployment = `# The shop's front.
apiVersion: apps/v1
kind: Deployment   # do not rename
metadata:
    name: "web"
    labels: {app: web, tier: 'front'}   # flow
spec:
    replicas: 3 # three, for the zones
    template:
        spec:
            containers:
            # the first is the main one
            - name: web
              image: nginx:1.25

              args: ["--a", '--b']
            -   name: side
                image: side:1
`

const rows: readonly Row[] = [
  {
    what: 'a number keeps the comment beside it',
    old: deployment,
    edits: [set(['spec', 'replicas'], 5)],
    now: deployment.replace('replicas: 3 #', 'replicas: 5 #'),
  },
  {
    what: 'a text keeps its quotes',
    old: deployment,
    edits: [set(['metadata', 'name'], 'shop'), set(['metadata', 'labels', 'tier'], "it's")],
    now: deployment.replace('"web"', '"shop"').replace("'front'", "'it''s'"),
  },
  {
    what: 'a field is added below the last one, indented as its neighbours',
    old: deployment,
    edits: [set(['spec', 'template', 'spec', 'containers', 0, 'resources', 'limits', 'cpu'], '1')],
    now: deployment.replace(
      `'--b']\n`,
      `'--b']\n              resources:\n                  limits:\n                      cpu: "1"\n`,
    ),
  },
  {
    what: 'an item is appended as wide as its neighbour',
    old: deployment,
    edits: [set(['spec', 'template', 'spec', 'containers', 2], { name: 'c', image: 'c:1' })],
    now: `${deployment}            -   name: c\n                image: c:1\n`,
  },
  {
    what: 'an item goes with its lines',
    old: deployment,
    edits: [remove(['spec', 'template', 'spec', 'containers', 0])],
    now: deployment.replace(/ {12}- name: web\n[^]*?(?= {12}- {3}name)/, ''),
  },
  {
    what: 'a whole map is set field by field',
    old: deployment,
    edits: [
      set(['spec', 'template', 'spec'], {
        containers: [
          { name: 'web', image: 'nginx:1.26', args: ['--a', '--b', '--c'] },
          { name: 'side', image: 'side:1' },
        ],
      }),
    ],
    now: deployment.replace('nginx:1.25', 'nginx:1.26').replace(`'--b']`, `'--b', --c]`),
  },
  {
    what: 'texts that would read as something else are quoted',
    old: 'a:\n  b: x\n',
    edits: [
      'yes',
      '0644',
      '1e3',
      '~',
      '12:30',
      '2001-01-01',
      '1.10',
      '',
      'n',
      '- a',
      'a: b',
      '0x1f',
      '.5',
    ].map((value, at) => set(['a', `k${at}`], value)),
    now: `a:\n  b: x\n${[
      'yes',
      '0644',
      '1e3',
      '~',
      '12:30',
      '2001-01-01',
      '1.10',
      '',
      'n',
      '- a',
      'a: b',
      '0x1f',
      '.5',
    ]
      .map((value, at) => `  k${at}: "${value}"\n`)
      .join('')}`,
  },
  {
    what: 'versions and paths need no quotes',
    old: 'a: x\n',
    edits: [
      set(['a'], '1.2.3'),
      set(['b'], '/a/b?c=d'),
      set(['c'], '--port=80'),
      set(['d'], 'nginx:1.2@sha256:ab'),
    ],
    now: 'a: 1.2.3\nb: /a/b?c=d\nc: --port=80\nd: nginx:1.2@sha256:ab\n',
  },
  {
    what: 'a text in quotes becomes a number without',
    old: "a: '3' # x\nb: ''\n",
    edits: [set(['a'], 3), set(['b'], true)],
    now: 'a: 3 # x\nb: true\n',
  },
  {
    what: 'quotes of the file are used where some are needed',
    old: "a: 'x'\nb: y\n",
    edits: [set(['b'], 'true')],
    now: "a: 'x'\nb: 'true'\n",
  },
  {
    what: 'nothing becomes something, and the comments stay',
    old: 'a: # none yet\nb:\n  # list\n  - 1\n',
    edits: [set(['a', 'x'], 'z')],
    now: 'a: # none yet\n  x: z\nb:\n  # list\n  - 1\n',
  },
  {
    what: 'an empty map and list in brackets become lines',
    old: 'a: {} # none\nb: []\n',
    edits: [set(['a', 'x'], 1), set(['b', 0], { c: 1, d: [2] })],
    now: 'a: # none\n  x: 1\nb:\n- c: 1\n  d:\n  - 2\n',
  },
  {
    what: 'the last field and the last item leave brackets',
    old: 'a: # c\n  x: 1\nb:\n  - y\nc: 1\n',
    edits: [remove(['a', 'x']), remove(['b', 0])],
    now: 'a: {} # c\nb: []\nc: 1\n',
  },
  {
    what: 'a block of text stays a block',
    old: 'a:\n  b: |  # conf\n    one\n    two\n\n  c: >-\n    folded\n    text\nd: 1\n',
    edits: [set(['a', 'b'], 'one\n  deep\nthree\n'), set(['a', 'c'], 'x')],
    now: 'a:\n  b: |  # conf\n    one\n      deep\n    three\n\n  c: |-\n    x\nd: 1\n',
  },
  {
    what: 'a text of several lines becomes a block',
    old: 'a: x # c\nb: 1\n',
    edits: [set(['a'], 'one\ntwo')],
    now: 'a: |- # c\n  one\n  two\nb: 1\n',
  },
  {
    what: 'a block of text becomes a number',
    old: 'a: |\n  one\n\nb: 1\n',
    edits: [set(['a'], 7)],
    now: 'a: 7\n\nb: 1\n',
  },
  {
    what: 'line ends of Windows stay',
    old: '\uFEFFa:\r\n  b: 1 # x\r\n  c:\r\n    - d\r\n',
    edits: [set(['a', 'b'], 2), set(['a', 'c', 1], 'e'), set(['a', 'f', 'g'], 'h')],
    now: '\uFEFFa:\r\n  b: 2 # x\r\n  c:\r\n    - d\r\n    - e\r\n  f:\r\n    g: h\r\n',
  },
  {
    what: 'a missing last line end stays missing',
    old: 'a: 1\nb: 2',
    edits: [set(['b'], 3), set(['c'], { d: [1] })],
    now: 'a: 1\nb: 3\nc:\n  d:\n  - 1',
  },
  {
    what: 'only the document that is meant changes',
    old: '---\na: 1\n---\n# two\na: 1\n...\n---\na: 1\n',
    edits: [set(['a'], 2, 1), set(['b'], 3, 1)],
    now: '---\na: 1\n---\n# two\na: 2\nb: 3\n...\n---\na: 1\n',
  },
  {
    what: 'JSON stays JSON',
    old: '{\n  "a": {\n    "b": "x",\n    "c": [\n      1\n    ],\n    "e": {}\n  }\n}\n',
    edits: [
      set(['a', 'b'], 'y'),
      set(['a', 'c', 1], 'z'),
      set(['a', 'd'], { e: [true] }),
      set(['a', 'e', 'f'], 'g'),
      remove(['a', 'c', 0]),
    ],
    now: '{\n  "a": {\n    "b": "y",\n    "c": [\n      "z"\n    ],\n    "e": {\n      "f": "g"\n    },\n    "d": {\n      "e": [\n        true\n      ]\n    }\n  }\n}\n',
  },
  {
    what: 'JSON on one line stays on one line',
    old: '{"a":{"b":"x"},"c":[1]}',
    edits: [set(['a', 'd'], ['yes']), insert(['c', 0], 0), set(['c', 2], { e: 'f' })],
    now: '{"a":{"b":"x","d":["yes"]},"c":[0,1,{"e":"f"}]}',
  },
  {
    what: 'brackets over several lines',
    old: 'a: [\n  x,\n  y, # why\n]\nb: { c: 1 }\n',
    edits: [insert(['a', 1], 'w'), set(['a', 3], 'z'), set(['b', 'd'], 'e')],
    now: 'a: [\n  x,\n  w,\n  y, # why\n  z,\n]\nb: { c: 1, d: e }\n',
  },
  {
    what: 'an alias gives way where it stands',
    old: 'a: &x {k: 1, l: 2}\nb: *x # same\nc: *x\n',
    edits: [set(['b', 'k'], 3)],
    now: 'a: &x {k: 1, l: 2}\nb: # same\n  k: 3\n  l: 2\nc: *x\n',
  },
  {
    what: 'what a merge key gives is overridden beside it',
    old: 'base: &base\n  image: a\n  env: {X: 1}\none:\n  <<: *base # all\n  name: one\ntwo:\n  <<: *base\n',
    edits: [set(['one', 'image'], 'b'), set(['two', 'env', 'Y'], '2')],
    now: 'base: &base\n  image: a\n  env: {X: 1}\none:\n  <<: *base # all\n  name: one\n  image: b\ntwo:\n  <<: *base\n  env:\n    X: 1\n    "Y": "2"\n',
  },
  {
    what: 'an anchor that nobody repeats stays',
    old: 'a: &x 1 # c\nb: &m\n  c: 1\n',
    edits: [set(['a'], 2), set(['b'], 'none')],
    now: 'a: &x 2 # c\nb: &m none\n',
  },
  {
    what: 'a tag goes with its value',
    old: 'a: !!str 1 # c\nb: &y !!str 2\n',
    edits: [set(['a'], 2), set(['b'], 'z')],
    now: 'a: 2 # c\nb: &y z\n',
  },
  {
    what: 'the first field beside a dash',
    old: '- a: 1\n  b: 2\n- a: 3 # c\n  # of b\n  b: 4\n',
    edits: [remove([0, 'a']), remove([1, 'a']), insert([0], 'x')],
    now: '- x\n- b: 2\n- # c\n  # of b\n  b: 4\n',
  },
  {
    what: 'lists in lists',
    old: 'a:\n  - - x\n    - y\n  -\n    - z\n',
    edits: [insert(['a', 0, 0], 'w'), remove(['a', 0, 1]), set(['a', 1, 1], [1, 2])],
    now: 'a:\n  - - w\n    - y\n  -\n    - z\n    - - 1\n      - 2\n',
  },
  {
    what: 'items are told apart by name',
    old: 'l:\n# first\n- name: a\n  v: 1 # one\n# second\n- name: b\n  v: 2 # two\n',
    edits: [
      set(
        ['l'],
        [
          { name: 'new', v: 0 },
          { name: 'b', v: 3 },
        ],
      ),
    ],
    now: 'l:\n# first\n- name: new\n  v: 0 # one\n# second\n- name: b\n  v: 3 # two\n',
  },
  {
    what: 'a file of comments',
    old: '# values\n',
    edits: [set(['a', 'b'], 1)],
    now: '# values\na:\n  b: 1\n',
  },
  {
    what: 'text that keeps its blank lines',
    old: 'a: |+\n  x\n\n\nb: 1\n',
    edits: [set(['b'], 2), set(['c'], 3), set(['a'], 'y\n\n\n')],
    now: 'a: |+\n  y\n\n\nb: 2\nc: 3\n',
  },
  {
    what: 'texts over several lines',
    old: 'a: one\n  two # c\nb: "x\n  y"\nc:\n  long\n',
    edits: [set(['a'], 'three'), set(['b'], 'z'), set(['c'], { d: 1 })],
    now: 'a: three # c\nb: "z"\nc:\n  d: 1\n',
  },
  {
    what: 'modes of files',
    old: 'a: 0644 # rw\nb: 420\n',
    edits: [set(['a'], 0o600), set(['b'], 0o600)],
    now: 'a: 0600 # rw\nb: 384\n',
  },
  {
    what: 'nothing to do',
    old: 'a:   1\n',
    edits: [set(['a'], 1)],
    now: 'a:   1\n',
  },
]

test.each(rows)('$what', ({ old, edits, now }) => {
  expect(editYaml(old, edits)).toEqual({ text: now })
})

const refused: readonly {
  readonly what: string
  readonly old: string
  readonly edit: YamlEdit
  readonly why: RegExp
}[] = [
  { what: 'a template', old: 'a: {{ .Values.x }}\n', edit: set(['a'], 1), why: /cannot be read/ },
  { what: 'what does not parse', old: 'a: [1\n', edit: set(['a'], 1), why: /cannot be read/ },
  {
    what: 'a value that others repeat',
    old: 'a: &x 1\nb: *x\n',
    edit: set(['a'], 2),
    why: /at \/a is repeated elsewhere in the file by the anchor &x/,
  },
  {
    what: 'a field of a map that others merge',
    old: 'a: &x\n  k: 1\nb:\n  <<: *x\n',
    edit: set(['a', 'k'], 2),
    why: /repeated elsewhere in the file by the anchor &x/,
  },
  {
    what: 'removing what others repeat',
    old: 'a: &x 1\nb: *x\n',
    edit: remove(['a']),
    why: /repeated elsewhere in the file by the anchor &x/,
  },
  {
    what: 'leaving out what a merge key gives',
    old: 'a: &x\n  k: 1\nb:\n  <<: *x\n  l: 1\n',
    edit: remove(['b', 'k']),
    why: /comes from a merge key/,
  },
  { what: 'a document that is not there', old: 'a: 1\n', edit: set(['a'], 1, 3), why: /no document 4/ },
  { what: 'a field of a text', old: 'a: x\n', edit: set(['a', 'b'], 1), why: /no map at \/a/ },
  { what: 'a position that is not there', old: 'a: [1]\n', edit: set(['a', 3], 1), why: /nothing at \/a\/3/ },
  { what: 'removing what is not there', old: 'a: 1\n', edit: remove(['b']), why: /nothing at \/b/ },
  {
    what: 'a number that YAML cannot say',
    old: 'a: 1\n',
    edit: set(['a'], Infinity),
    why: /cannot be written/,
  },
]

test.each(refused)('$what is refused', ({ old, edit, why }) => {
  expect(editYaml(old, [edit])).toEqual({ refused: expect.stringMatching(why) })
})
