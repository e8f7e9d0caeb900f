import { Command, InvalidArgumentError } from 'commander'
import { shutdownSignal } from '../../src/compose/shutdown.ts'
import { ensureBinaries } from './binaries.ts'
import { createCluster, listClusters, removeClusterNamed } from './cluster.ts'
import { progressLines } from './progress.ts'
import { ToolError } from '../machine/errors.ts'

// stdout carries the answer alone, so that scripts can use it; all else goes to stderr.
const answer = (line: string) => process.stdout.write(`${line}\n`)
const tell = (line: string) => process.stderr.write(`${line}\n`)

const interrupted = shutdownSignal(name => new ToolError(`stopped by ${name}`))

const program = new Command('cluster')
  .description('Kubernetes control planes on this machine, for the demo, tests and development.')
  .addHelpText(
    'after',
    `
Pods are simulated. Most become ready at once; a pod's annotation makes it misbehave:
  plumbline.dev/simulate: crash         its containers end with exit code 1, again and again
  plumbline.dev/simulate: image-pull    its images are not found; so is any image tagged does-not-exist or never-pulls
  plumbline.dev/simulate: never-ready   its containers run but are never ready
  plumbline.dev/simulate: slow-start    it is ready after four seconds

Example:
  export KUBECONFIG=$(npm run --silent cluster -- up dev)
  export PATH="$(npm run --silent cluster -- bin):$PATH"
  kubectl create deployment web --image=nginx && kubectl rollout status deployment web
  npm run --silent cluster -- down dev`,
  )

program
  .command('up')
  .argument('<name>')
  .option('--nodes <count>', 'ready nodes at least', wholeNumber, 1)
  .description('start the cluster unless it runs; prints the path of its kubeconfig')
  .action(async (name: string, { nodes }: { nodes: number }) => {
    const options = {
      name,
      nodes,
      lifetime: 'until-down',
      onProgress: progressLines(tell),
      signal: interrupted,
    } as const
    answer((await createCluster(options)).kubeconfig)
  })

program
  .command('down')
  .argument('[name]')
  .option('--all', 'every cluster of this checkout')
  .description('end all processes of the cluster and remove everything it wrote')
  .action(async (name: string | undefined, { all }: { all?: true }) => {
    if (name === undefined && !all) throw new ToolError('say which cluster: down NAME, or down --all')
    const names = all ? (await listClusters()).map(cluster => cluster.name) : [name ?? '']
    for (const each of names) {
      if (!(await removeClusterNamed(each))) tell(`there was no cluster '${each}'`)
    }
  })

program
  .command('list')
  .option('--json', 'for programs')
  .description('list the clusters of this checkout')
  .action(async ({ json }: { json?: true }) => {
    const clusters = await listClusters()
    if (json) {
      answer(JSON.stringify(clusters, undefined, 2))
      return
    }
    if (clusters.length === 0) tell('no clusters; start one with: npm run --silent cluster -- up NAME')
    for (const { name, state, kubeconfig } of clusters) answer(`${name}\t${state}\t${kubeconfig}`)
  })

program
  .command('bin')
  .description(
    'print the folder of kubectl, helm, kustomize and the control plane, after getting what is missing',
  )
  .action(async () => {
    answer(await ensureBinaries({ onProgress: progressLines(tell), signal: interrupted }))
  })

function wholeNumber(text: string): number {
  const number = Number(text)
  if (Number.isInteger(number) && number > 0) return number
  throw new InvalidArgumentError('use a whole number from 1 on')
}

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof ToolError)) throw error
  tell(error.message)
  process.exitCode = 1
}
