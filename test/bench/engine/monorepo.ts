import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A repository in Git of many applications: one base, an overlay of each, an Application document of each. */
export interface Monorepo {
  readonly folder: string
  readonly overlays: readonly string[]
  /** Commits; `changed` touches the overlays of three applications. */
  readonly base: string
  readonly changed: string
}

export async function writeMonorepo(folder: string, applications: number): Promise<Monorepo> {
  const names = Array.from({ length: applications }, (_, at) => `shop-${String(at).padStart(4, '0')}`)
  const files: Record<string, string> = {
    'base/kustomization.yaml': 'resources: [web.yaml, settings.yaml]\n',
    'base/web.yaml': web,
    'base/settings.yaml': settings,
  }
  for (const name of names) {
    files[`applications/${name}.yaml`] = application(name)
    files[`overlays/${name}/kustomization.yaml`] = overlay(name, 2)
  }
  await write(folder, files)
  const git = async (...args: readonly string[]) => (await run('git', ['-C', folder, ...args])).stdout.trim()
  await git('init', '--quiet', '--initial-branch=main')
  const commit = async (message: string) => {
    await git('add', '--all')
    await git(
      '-c',
      'user.name=bench',
      '-c',
      'user.email=bench@example.com',
      'commit',
      '--quiet',
      '-m',
      message,
    )
    return git('rev-parse', 'HEAD')
  }
  const base = await commit('everything')
  const touched = [3, Math.floor(applications / 2), applications - 1].map(at => names[at] ?? '')
  await write(
    folder,
    Object.fromEntries(touched.map(it => [`overlays/${it}/kustomization.yaml`, overlay(it, 3)])),
  )
  const changed = await commit('three of them')
  await git('checkout', '--quiet', '--detach', base)
  return { folder, overlays: names.map(name => `overlays/${name}`), base, changed }
}

async function write(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
}

function overlay(name: string, replicas: number): string {
  return `namePrefix: ${name}-
labels:
  - pairs: {app.kubernetes.io/instance: ${name}}
replicas:
  - {name: web, count: ${replicas}}
resources:
  - ../../base
`
}

function application(name: string): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: ${name}
spec:
  project: default
  source:
    repoURL: .
    path: overlays/${name}
    targetRevision: main
  destination:
    name: dev
    namespace: ${name}
  syncPolicy:
    automated: {prune: true, selfHeal: true}
`
}

const web = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: registry.example.com/shop:1.4.0
          envFrom: [{configMapRef: {name: settings}}]
---
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: {app: web}
  ports: [{port: 80}]
`

const settings = `apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  LOG_LEVEL: info
`
