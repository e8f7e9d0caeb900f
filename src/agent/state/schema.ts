import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { packageFile } from '../../model/package-file.ts'
import type { Resource } from '../cluster/cluster.ts'
import type { KubernetesObject } from '../../model/object.ts'

const stateGroup = 'plumbline.dev'
export const stateApiVersion = `${stateGroup}/v1alpha1`

const verbs = ['get', 'list', 'watch', 'create', 'patch', 'update', 'delete']

// Known beforehand, so that the state can be read before (and without) discovery.
export const applicationResource: Resource = {
  group: stateGroup,
  version: 'v1alpha1',
  kind: 'Application',
  plural: 'applications',
  namespaced: true,
  verbs,
}

export const secretResource: Resource = {
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
  verbs,
}

export const namespaceResource: Resource = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
  verbs,
}

export const definitionResource: Resource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
  verbs,
}

export const definitionName = 'applications.plumbline.dev'

const definitionFile = packageFile('deploy/crds/applications.yaml')

/** The CustomResourceDefinition that this version works with. */
export async function readDefinition(): Promise<KubernetesObject> {
  return parse(await readFile(definitionFile, 'utf8')) as KubernetesObject
}
