import { relative } from 'node:path'
import { styleText } from 'node:util'
import type { Story } from '../../test/story/step.ts'

/** What a person can do now: where to look, what to press, what to type. */
export function tellNextSteps(story: Story): void {
  const { stage, pull } = story
  const { url } = stage.github.simulator
  const repository = `${url}/acme/guestbook`
  const kubectl = (cluster: string, command: string) =>
    styleText(
      'cyan',
      `kubectl --kubeconfig ${relative(process.cwd(), stage.clusters[cluster]!.kubeconfig)} ${command}`,
    )
  console.log(`
${styleText('bold', 'It runs. Open the pull request:')}  ${styleText('underline', `${repository}/pull/${pull!.number}`)}

  1. Read the comment and the checks. ${styleText('dim', 'Follow "full diff" for the page.')}
  2. Merge it there. Within seconds a second comment says what was synced. See it in the clusters:
       ${kubectl('dev', 'get applications.plumbline.dev -A')}
       ${kubectl('dev', '-n guestbook get deployments,pods')}
  3. Break something by hand on prod, and find the issue:  ${styleText('underline', `${repository}/issues`)}
       ${kubectl('prod', '-n guestbook delete deployment frontend')}
     On dev the same is healed by itself:
       ${kubectl('dev', '-n guestbook delete deployment frontend')}
  4. Answer the issue with a comment:  ${styleText('cyan', '/plumbline revert')}

  Server: ${stage.server.url}   Logs: ${stage.logFiles.join(' ')}
  ${styleText('dim', 'kubectl is in the folder that `npm run --silent cluster -- bin` prints.')}

Ctrl-C takes everything down.`)
}
