import { expect, test } from 'vitest'
import type { AgentPipeline } from '../../src/agent/pipeline.ts'
import { pullOnce } from '../../src/agent/pull.ts'
import type { RepositoryRef } from '../../src/model/repository.ts'
import { silent, useSyncFixture } from './sync/fixture.ts'

const fixture = useSyncFixture()
const { plane } = fixture

const repository: RepositoryRef = {
  forge: 'github',
  host: 'github.com',
  fullName: 'acme/shop',
  cloneUrl: 'https://github.com/acme/shop.git',
}

test('while the server is gone only what need not be reviewed is synced', async () => {
  const said = [undefined, false, true]
  const names: string[] = []
  for (const requireReviewedPlan of said) {
    const { application } = await fixture.shop()
    names.push(application.name)
    const more = requireReviewedPlan === undefined ? {} : { requireReviewedPlan }
    await fixture.state.assign({ ...application, ...more }, repository, plane.signal)
  }
  const pulled: string[] = []
  const execute: AgentPipeline['execute'] = async ({ command }) => {
    if (command.kind === 'sync') pulled.push(command.application.name)
    throw new Error('to be synced elsewhere')
  }
  const pull = () =>
    pullOnce(
      {
        state: fixture.state,
        resolve: async () => 'a'.repeat(40),
        pipeline: { execute },
        serverIsThere: () => false,
        clock: () => new Date(),
        logger: silent,
      },
      plane.signal,
    )
  await pull()
  expect(pulled.toSorted()).toEqual(names.slice(0, 2).toSorted())
})
