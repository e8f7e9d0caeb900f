import { expect, test } from 'vitest'
import { personCommand } from '../../../src/server/jobs/person-command.ts'

test.each([
  { said: '/plumbline rollback', command: { kind: 'rollback', application: null, to: null } },
  { said: '/plumbline rollback shop', command: { kind: 'rollback', application: 'shop', to: null } },
  { said: '/plumbline rollback to 4f2a9c1', command: { kind: 'rollback', application: null, to: '4f2a9c1' } },
  { said: '/Plumbline Rollback shop TO 3  ', command: { kind: 'rollback', application: 'shop', to: '3' } },
  { said: '/plumbline rollback to', command: { kind: 'unknown' } },
  { said: '/plumbline rollback shop other', command: { kind: 'unknown' } },
  { said: '/plumbline rollback to 3 please', command: { kind: 'unknown' } },
  {
    said: '/plumbline sync shop\nand thanks',
    command: { kind: 'sync', application: 'shop', confirmPrune: false },
  },
  {
    said: '/plumbline sync --confirm-prune shop',
    command: { kind: 'sync', application: 'shop', confirmPrune: true },
  },
  { said: '/plumbline sync --force shop', command: { kind: 'unknown' } },
  { said: '/plumbline revert shop', command: { kind: 'unknown' } },
  { said: '/plumbline revert', command: { kind: 'revert', object: null } },
  { said: '/plumbline adopt Deployment/web', command: { kind: 'adopt', object: 'Deployment/web' } },
  {
    said: '/plumbline ignore deployment/shop/web',
    command: { kind: 'ignore', object: 'deployment/shop/web' },
  },
  { said: '/plumbline ignore Deployment/web please', command: { kind: 'unknown' } },
  { said: '/plumbline adopt ../web', command: { kind: 'unknown' } },
  { said: 'please /plumbline rollback', command: null },
])('$said', ({ said, command }) => {
  expect(personCommand(said)).toEqual(command)
})
