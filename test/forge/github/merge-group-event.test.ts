import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { eventFrom } from '../../../src/forge/github/events.ts'

const examples = createRequire(import.meta.url)('@octokit/webhooks-examples') as readonly {
  readonly name: string
  readonly examples: readonly { readonly action: string }[]
}[]
const [published] = examples.find(it => it.name === 'merge_group')!.examples

test("a merge queue's published example is read", () => {
  expect(eventFrom('merge_group', published)).toMatchObject({
    kind: 'merge-group',
    head: '2ffea6db159f6b6c47a24e778fb9ef40cf6b1c7d',
    headRef: 'gh-readonly-queue/main/pr-104-929f8209d40f77f4abc622a499c93a83babdbe64',
    base: '380387fbc80638b734a49e1be1c4dfec1c01b33c',
    baseRef: 'main',
  })
})

test('a group that is gone is told as gone, anything else as nothing', () => {
  expect(eventFrom('merge_group', { ...published, action: 'destroyed', reason: 'merged' })).toMatchObject({
    kind: 'merge-group-gone',
    head: '2ffea6db159f6b6c47a24e778fb9ef40cf6b1c7d',
  })
  expect(eventFrom('merge_group', { ...published, action: 'other' })).toEqual({ kind: 'ignored' })
})
