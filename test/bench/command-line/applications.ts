import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { guestbookFiles } from '../../stage/github.ts'

/** One application twice: the same manifests in a namespace of each tool, so that neither meets what the other owns. */
export interface BenchApplication {
  readonly name: string
  readonly objects: number
  /** Folders with a kustomization.yaml. */
  readonly ours: string
  readonly theirs: string
  readonly namespaces: { readonly ours: string; readonly theirs: string }
  /** Writes the change that is planned, or takes it back. */
  change(changed: boolean): Promise<void>
}

interface Source {
  readonly name: string
  readonly objects: number
  readonly files: Readonly<Record<string, string>>
  /** The folder of the manifests both share. */
  readonly base: string
  readonly changing: { readonly file: string; readonly from: string; readonly to: string }
}

/** The example that ships with the project: a handful of objects, with pods. */
export async function guestbook(): Promise<Source> {
  const file = 'base/frontend.yaml'
  return {
    name: 'guestbook',
    objects: 7,
    files: await guestbookFiles(),
    base: 'base',
    changing: { file, from: 'gb-frontend:v5', to: 'gb-frontend:v6' },
  }
}

/** A hundred services: a ConfigMap, a Deployment scaled to zero (pods are not what is measured) and a Service of each. */
export function largeApplication(services = 100): Source {
  const names = Array.from({ length: services }, (_, at) => `shop-${String(at).padStart(3, '0')}`)
  const files = Object.fromEntries(names.map(name => [`base/${name}.yaml`, manifests(name)]))
  const resources = names.map(name => `  - ${name}.yaml\n`).join('')
  return {
    name: 'large',
    objects: services * 3,
    files: { ...files, 'base/kustomization.yaml': kustomization(`resources:\n${resources}`) },
    base: 'base',
    changing: { file: 'base/shop-050.yaml', from: 'shop:1.4.0', to: 'shop:1.5.0' },
  }
}

/** Writes both copies below `root`, which is to be a git repository. */
export async function placeApplication(root: string, source: Source): Promise<BenchApplication> {
  const { name, objects, files, base, changing } = source
  const folder = join(root, name)
  const namespaces = { ours: `${name}-plumbline`, theirs: `${name}-kubectl` }
  const overlay = (namespace: string) =>
    kustomization(`namespace: ${namespace}\nresources:\n  - ../${base}\n`)
  await writeFiles(folder, {
    ...files,
    'ours/kustomization.yaml': overlay(namespaces.ours),
    'theirs/kustomization.yaml': overlay(namespaces.theirs),
  })
  const before = files[changing.file] ?? ''
  const after = before.replace(changing.from, changing.to)
  if (after === before) throw new Error(`${changing.file} does not hold ${changing.from}`)
  return {
    name,
    objects,
    ours: join(folder, 'ours'),
    theirs: join(folder, 'theirs'),
    namespaces,
    change: changed => writeFile(join(folder, changing.file), changed ? after : before),
  }
}

async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }
}

function kustomization(rest: string): string {
  return `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n${rest}`
}

function manifests(name: string): string {
  return `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
data:
  NAME: ${name}
  LOG_LEVEL: info
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels:
    app.kubernetes.io/name: ${name}
spec:
  replicas: 0
  selector:
    matchLabels:
      app.kubernetes.io/name: ${name}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: ${name}
    spec:
      containers:
        - name: web
          image: registry.example.com/shop:1.4.0
          envFrom:
            - configMapRef:
                name: ${name}
          ports:
            - name: http
              containerPort: 8080
          resources:
            requests:
              cpu: 50m
              memory: 64Mi
          readinessProbe:
            httpGet:
              path: /
              port: http
---
apiVersion: v1
kind: Service
metadata:
  name: ${name}
spec:
  selector:
    app.kubernetes.io/name: ${name}
  ports:
    - name: http
      port: 80
      targetPort: http
`
}
