import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Stage, startStage } from '../stage/stage.ts'
import { type Gallery, openGallery } from './gallery.ts'
import type { Story } from '../story/step.ts'
import { storySteps } from '../story/steps.ts'

describe('the whole loop, on real clusters', () => {
  let stage: Stage
  let story: Story
  let gallery: Gallery
  let broken: string | null = null

  beforeAll(async () => {
    stage = await startStage({ clusters: ['dev', 'prod'], prefix: 'e2e', files: 'empty' })
    story = { stage, pull: null }
    gallery = await openGallery({ takePictures: Boolean(process.env.PICTURES) })
  }, 180_000)

  afterAll(async () => {
    await gallery?.close()
    await stage?.stop()
  }, 60_000)

  test.each(storySteps.map(step => [step.title, step] as const))(
    '%s',
    async (title, step) => {
      expect(broken, 'the story stopped at an earlier step').toBeNull()
      broken = title
      await step.run(story)
      for (const sight of step.shows?.(story) ?? []) await gallery.look(sight)
      broken = null
    },
    300_000,
  )

  test('everything said to GitHub fitted its published description', () => {
    expect(stage.github.simulator.violations).toEqual([])
  })
})
