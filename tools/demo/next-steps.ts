import { relative } from 'node:path'
import { styleText } from 'node:util'
import type { Story } from '../../test/story/step.ts'

/** What a person can do now: where to look, what to press, what to type. */
export function tellNextSteps(story: Story): void {
  const { stage, pull } = story
  const { url } = stage.github.simulator
  const repository = `${url}/acme/guestbook`
  const link = (address: string) => styleText('underline', address)
  const type = (command: string) => `       ${styleText('cyan', command)}`
  const kubectl = (cluster: string, command: string) =>
    type(`kubectl --kubeconfig ${relative(process.cwd(), stage.clusters[cluster]!.kubeconfig)} ${command}`)
  console.log(`
${styleText('bold', 'It runs. Open the pull request:')}  ${link(`${repository}/pull/${pull!.number}`)}

  1. Read the comment and the checks; "full diff" leads to the whole plan, for those who may read the repository:
     be alice where GitHub's stand-in asks who you are.

  2. Merge it there. Within seconds a second comment says what was synced. See it in the clusters
     (the first line is for a terminal that does not know kubectl):
${type('export PATH="$PATH:$(npm run --silent cluster -- bin)"')}
${kubectl('dev', 'get applications.plumbline.dev -A')}
${kubectl('dev', '-n guestbook get deployments,pods')}

  3. Delete something by hand. On dev it is back at once; on prod it becomes an issue: ${link(`${repository}/issues`)}
${kubectl('dev', '-n guestbook delete deployment frontend')}
${kubectl('prod', '-n guestbook delete deployment frontend')}

  4. Answer the issue with a comment, and prod is put back:
${type('/plumbline revert')}

  5. Propose a change of your own: open a file, edit it, and a pull request is made of it.
     ${link(`${repository}/blob/main/base/frontend.yaml`)}

  Server  ${link(stage.server.url)}
  Logs    ${stage.logFiles.map(file => relative(process.cwd(), file)).join('\n          ')}

Ctrl-C takes everything down.`)
}
