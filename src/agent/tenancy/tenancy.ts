import type { DesiredObject } from '../../engine/plan-input.ts'
import type { Application } from '../../model/application.ts'
import { describeIdentity, identityOf, type ObjectId } from '../../model/identity.ts'
import { InvalidInputError, type Problem } from '../../model/problem.ts'
import type { RepositoryRef } from '../../model/repository.ts'
import type { Cluster, ServiceAccount } from '../cluster/cluster.ts'
import type { Tenant } from './tenants-file.ts'

/** Whose an application is: its repository and where it goes to. */
export interface Subject {
  readonly application: Pick<Application, 'destination'>
  /** Null when a person has synced it from a terminal: then the person's own rights were what counted. */
  readonly repository: RepositoryRef | null
}

/** What the cluster's owner allows repositories to do here. Nothing in a repository can widen it. */
export interface Tenancy {
  /** The cluster as the application's service account; as one without any rights where its repository is not allowed at all. */
  clusterFor(cluster: Cluster, subject: Subject): Cluster
  /** Throws InvalidInputError when the repository may not deploy to this cluster. */
  admit(subject: Subject): void
  /** Objects that are not allowed where they are, with why. */
  refuse(
    subject: Subject,
    objects: readonly DesiredObject[],
  ): readonly { readonly id: ObjectId; readonly problem: Problem }[]
}

/** For a cluster whose owner has listed nobody: the agent does everything as itself. */
export const noTenancy: Tenancy = {
  clusterFor: cluster => cluster,
  admit: () => undefined,
  refuse: () => [],
}

/** Nobody gives rights to this one. */
const nobody: ServiceAccount = { namespace: 'plumbline-system', name: 'not-allowed' }

export function createTenancy(tenants: readonly Tenant[]): Tenancy {
  /** Null when nothing is allowed, undefined when there is nothing to ask for. */
  function tenantOf({ application, repository }: Subject): Tenant | null | undefined {
    if (repository === null) return undefined
    const place = `${repository.host}/${repository.fullName}`.toLowerCase()
    const found = tenants.filter(it => it.isRepository(place))
    return found.find(it => it.isNamespace(application.destination.namespace)) ?? found[0] ?? null
  }

  return {
    clusterFor(cluster, subject) {
      const tenant = tenantOf(subject)
      return tenant === undefined ? cluster : cluster.as(tenant?.serviceAccount ?? nobody)
    },
    admit(subject) {
      if (tenantOf(subject) !== null || !subject.repository) return
      const { host, fullName } = subject.repository
      throw new InvalidInputError([
        {
          code: 'repository-not-allowed',
          message: `${host}/${fullName} may not deploy to this cluster`,
          location: null,
          hint: "The cluster's owner can add it to the tenants of the agent, see docs/tenancy.md",
        },
      ])
    },
    refuse(subject, objects) {
      const tenant = tenantOf(subject)
      if (!tenant) return []
      return objects.flatMap(it => {
        const problem = problemOf(it, tenant)
        return problem ? [{ id: it.id, problem }] : []
      })
    },
  }
}

function problemOf({ object, source }: DesiredObject, tenant: Tenant): Problem | null {
  const identity = identityOf(object)
  const name = describeIdentity(identity)
  if (identity.namespace === '') {
    if (tenant.isClusterScoped(identity)) return null
    return {
      code: 'kind-not-allowed',
      message: `${name} is cluster-wide, and this repository may not deploy such objects`,
      location: source,
      hint: `The cluster's owner can add ${identity.kind} to clusterScoped of its tenant, see docs/tenancy.md`,
    }
  }
  if (tenant.isNamespace(identity.namespace)) return null
  return {
    code: 'namespace-not-allowed',
    message: `${name} is in the namespace ${identity.namespace}, to which this repository may not deploy`,
    location: source,
    hint: `It may deploy to ${tenant.namespaces.join(', ')}`,
  }
}
