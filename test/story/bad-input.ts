import assert from 'node:assert/strict'
import type { CheckRun } from '../simulator/github/state.ts'
import { eventually } from '../stage/eventually.ts'
import { kubectl } from '../stage/kubectl.ts'
import { edited, fileAt, openChange } from './change.ts'
import { addressOf, theCheck } from './seen.ts'
import type { Story, StoryStep } from './step.ts'

interface BadInput {
  readonly what: string
  readonly files: (story: Story) => Promise<Readonly<Record<string, string>>>
  /** Where the check points. */
  readonly at: { readonly file: string; readonly line: number }
  readonly says: RegExp
}

const application = 'deploy/applications/guestbook-dev.yaml'

const inputs: readonly BadInput[] = [
  {
    what: 'YAML that does not parse',
    files: async story => ({
      'base/settings.yaml': `${await fileAt(story, 'main', 'base/settings.yaml')}  broken: [1, 2\n`,
    }),
    at: { file: 'base/settings.yaml', line: 9 },
    says: /close the bracket/,
  },
  {
    what: 'an unknown kind',
    files: async story => ({
      'base/settings.yaml': `${await fileAt(story, 'main', 'base/settings.yaml')}---\napiVersion: example.com/v1\nkind: Gadget\nmetadata:\n  name: g\n`,
    }),
    at: { file: 'base/settings.yaml', line: 10 },
    says: /Gadget/,
  },
  {
    what: 'an unknown cluster',
    files: story => edited(story, { branch: 'main', path: application }, { 'name: dev': 'name: nowhere' }),
    at: { file: application, line: 14 },
    says: /nowhere/,
  },
  {
    what: 'an invalid .plumbline.yaml',
    files: async () => ({ '.plumbline.yaml': 'version: 1\napplication:\n  - deploy/*.yaml\n' }),
    at: { file: '.plumbline.yaml', line: 2 },
    says: /application/,
  },
  {
    what: 'a kustomize error',
    files: story =>
      edited(
        story,
        { branch: 'main', path: 'base/kustomization.yaml' },
        { '  - frontend.yaml': '  - frontend.yaml\n  - missing.yaml' },
      ),
    at: { file: 'base/kustomization.yaml', line: 9 },
    says: /missing\.yaml/,
  },
  {
    what: 'an object that the API server refuses',
    files: story =>
      edited(
        story,
        { branch: 'main', path: 'base/frontend.yaml' },
        { 'containerPort: 80': 'containerPort: 80000' },
      ),
    at: { file: 'base/frontend.yaml', line: 2 },
    says: /80000/,
  },
]

/** What people get wrong is said in the check, with file and line, and nothing is written. */
export const badInputSteps: readonly StoryStep[] = inputs.map((input, index) => ({
  title: `${input.what}: said in the check, with file and line, and nothing is written`,
  async run(story) {
    const before = await written(story)
    const pull = await openChange(story, {
      branch: `bad-${index}`,
      title: `Try: ${input.what}`,
      files: await input.files(story),
    })
    story.pull = pull
    const failed = await eventually(() => {
      const check = theCheck(story, pull, 'plumbline')
      assert.equal(check.conclusion, 'failure')
      return check
    })
    const annotations = [failed, ...applicationChecks(story, pull.pull.headSha)].flatMap(it => it.annotations)
    const places = annotations.map(it => `${it.path}:${it.start_line} ${it.message}`)
    assert.ok(
      annotations.some(
        it => it.path === input.at.file && it.start_line === input.at.line && input.says.test(it.message),
      ),
      `${input.at.file}:${input.at.line} and ${input.says} among\n${places.join('\n')}\n${failed.summary}`,
    )
    assert.equal(await written(story), before)
    const { simulator, people } = story.stage.github
    await simulator.closeIssue(pull, people.alice)
  },
  shows: story => [
    {
      url: addressOf(story, story.pull!),
      holds: ['.box.bot h3 >> text=Not planned', '.annotation.failure >> nth=0'],
    },
  ],
}))

function applicationChecks(story: Story, sha: string): readonly CheckRun[] {
  const { simulator, repository } = story.stage.github
  return simulator.checkRuns(repository, sha).filter(it => it.name !== 'plumbline')
}

/** Changes when anything of the guestbook is written. */
async function written(story: Story): Promise<string> {
  const kinds = 'deployments,services,configmaps'
  const path =
    'jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.generation} {.spec} {.data}{"\\n"}{end}'
  const all = await Promise.all(
    ['dev', 'prod'].map(name =>
      kubectl(story.stage.clusters[name]!, '-n', 'guestbook', 'get', kinds, '-o', path),
    ),
  )
  return all.join('\n')
}
