import { expect, test } from 'vitest'
import {
  adoptProposal,
  type AdoptView,
  adoptReply,
  ignoreProposal,
  type IgnoreView,
  ignoreReply,
  nothingAdopted,
} from '../../../src/server/report/drift-proposals.ts'
import { change, field } from './views.ts'

const web = 'apps/Deployment/shop/web'

const ignored: IgnoreView = {
  name: 'shop',
  cluster: 'dev',
  issue: 7,
  file: 'apps/shop.yaml',
  line: 12,
  ignored: [
    change({
      id: web,
      origin: 'drift',
      fields: [
        field({ before: 5, after: 2, origin: 'drift', manager: 'kubectl-scale' }),
        field({ path: '/metadata/annotations/a~1b', before: null, after: 'x', origin: 'drift' }),
      ],
    }),
  ],
  left: [{ id: '/ConfigMap/shop/settings', path: null, reason: 'it was deleted on the cluster' }],
  putBack: ['/ConfigMap/shop/settings'],
}

const adopted: AdoptView = {
  name: 'shop',
  cluster: 'dev',
  issue: 7,
  adopted: [
    { id: web, path: '/spec/replicas', file: 'app/base/web.yaml', line: 9 },
    { id: web, path: '/metadata/annotations/a~1b', file: 'app/base/web.yaml', line: null },
    { id: '/ConfigMap/shop/settings', path: '', file: 'app/base/settings.yaml', line: null },
  ],
  left: [{ id: web, path: '/spec/paused', reason: 'the chart writes it, and no value of it does' }],
  putBack: [web],
}

const limit = 65_536

test('the pull request that ignores drift', async () => {
  const { title, body } = ignoreProposal(ignored, limit)
  expect(title).toBe('Ignore drift of shop on dev (2 fields)')
  await expect(`${body}\n`).toMatchFileSnapshot('golden/ignore-proposal.md')
  expect(ignoreReply(ignored, { number: 8 })).toBe(
    'To leave 2 fields to the cluster, merge #8.\n\nNot ignored:\n\n- ConfigMap `shop/settings`: it was deleted on the cluster.',
  )
})

test('the pull request that adopts drift', async () => {
  const { title, body } = adoptProposal(adopted, limit)
  expect(title).toBe('Adopt drift of shop on dev (2 fields and 1 deletion of 2 objects)')
  await expect(`${body}\n`).toMatchFileSnapshot('golden/adopt-proposal.md')
  expect(adoptReply({ ...adopted, left: [] }, { number: 8 })).toBe(
    'To adopt 2 fields and 1 deletion of 2 objects, merge #8.',
  )
})

test('where all is settled the cluster stays as it is; else whoever merges is told what is put back', () => {
  const bodyWith = (putBack: readonly string[]) =>
    adoptProposal({ ...adopted, left: [], putBack }, limit).body
  expect(bodyWith([])).toContain('The cluster does not change by it')
  expect(bodyWith([])).not.toContain('put back')
  const six = Array.from({ length: 6 }, (_, at) => `/ConfigMap/shop/c${at}`)
  expect(bodyWith(six)).toContain(
    'There the cluster does not change, which the plan of this pull request shows. What else has drifted is put back by the sync that follows: ConfigMap `shop/c0`,',
  )
  expect(bodyWith(six)).toContain('ConfigMap `shop/c4`, and 1 more.')
})

test('nothing that a cluster, a file or an agent says breaks out of its place', () => {
  const evil = '@everyone #1 | <img src=x> `` ](http://evil.example)\n\n# Approved'
  const { title, body } = adoptProposal(
    {
      ...adopted,
      name: evil,
      adopted: [{ id: `apps/Deployment/shop/${evil}`, path: `/a/${evil}`, file: evil, line: 1 }],
      left: [{ id: web, path: `/${evil}`, reason: evil }],
      putBack: [`apps/Deployment/shop/${evil}`],
    },
    limit,
  )
  const texts = [title, body, nothingAdopted([{ id: web, path: null, reason: evil }])]
  for (const text of texts) {
    const outside = text.replaceAll(/(`+)(?!`)[^\n]*?[^`]\1(?!`)/g, '')
    expect(outside).not.toMatch(/@everyone|#1\b|(?<!\\)<img|(?<!\\)\]\(http/)
    expect(text).not.toMatch(/^# Approved/m)
  }
})

test('a body that is too long is cut by rows, and says how many are missing', () => {
  const many = Array.from({ length: 3_000 }, (_, at) => ({
    id: `apps/Deployment/shop/web-${at}`,
    path: '/spec/replicas',
    file: `app/web-${at}.yaml`,
    line: at,
  }))
  const left = many.map(({ id, path }) => ({ id, path, reason: 'a template' }))
  for (const most of [4_000, limit]) {
    const putBack = many.map(it => it.id)
    const { body } = adoptProposal({ ...adopted, adopted: many, left, putBack }, most)
    expect(body.length).toBeLessThanOrEqual(most)
    expect(body).toMatch(/… and \d+ more/)
    expect(body).toContain('#7 closes by itself')
  }
})
