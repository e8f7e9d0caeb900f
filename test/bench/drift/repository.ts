import { manifests } from '../engine/objects.ts'
import type { Size } from './size.ts'

/** Of the applications; each has a namespace of its name. */
export function applicationNames({ applications }: Size): readonly string[] {
  return Array.from({ length: applications }, (_, at) => `app-${String(at).padStart(2, '0')}`)
}

/** ConfigMaps that can be edited, in each application. */
export function editable(size: Size): number {
  return Math.round(perApplication(size) * 0.4)
}

function perApplication({ objects, applications }: Size): number {
  return Math.round(objects / applications)
}

/** No issues: the pace of a forge is another matter. */
const settings = `version: 1
applications: [deploy/*.yaml]
drift: {issue: false}
`

export function repositoryFiles(size: Size): Readonly<Record<string, string>> {
  const text = manifests(perApplication(size), 0)
  const files = applicationNames(size).flatMap(name => [
    [`deploy/${name}.yaml`, document(name)] as const,
    [`apps/${name}/all.yaml`, text] as const,
  ])
  return { '.plumbline.yaml': settings, ...Object.fromEntries(files) }
}

function document(name: string): string {
  return `apiVersion: plumbline.dev/v1alpha1
kind: Application
metadata:
  name: ${name}
spec:
  source: {repoURL: ., path: apps/${name}}
  destination: {name: dev, namespace: ${name}}
  syncPolicy:
    automated: {prune: true}
    syncOptions: [CreateNamespace=true]
`
}
