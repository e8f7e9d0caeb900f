import { installationShape } from '../shapes/app.ts'
import { fullName, type Installation, type Repository, type User } from '../state.ts'
import { nodeId, timestamp, type World } from '../world.ts'

export interface InstallInput {
  readonly owner: User
  readonly repositories: readonly Repository[]
  readonly selection?: Installation['selection']
}

export function installApp(world: World, input: InstallInput): Installation {
  const now = timestamp(world)
  const installation: Installation = {
    id: world.nextId(),
    account: input.owner,
    selection: input.selection ?? 'selected',
    repositories: new Set(input.repositories),
    createdAt: now,
    updatedAt: now,
    suspendedAt: null,
  }
  world.installations.set(installation.id, installation)
  world.events({
    name: 'installation',
    action: 'created',
    sender: input.owner,
    installation,
    payload: {
      installation: installationShape(world, installation),
      repositories: input.repositories.map(one => shortRepository(world, one)),
      requester: null,
    },
  })
  return installation
}

export function changeInstallation(
  world: World,
  installation: Installation,
  repositories: readonly Repository[],
  action: 'added' | 'removed',
): void {
  for (const repository of repositories) {
    if (action === 'added') installation.repositories.add(repository)
    else installation.repositories.delete(repository)
  }
  const changed = repositories.map(one => shortRepository(world, one))
  world.events({
    name: 'installation_repositories',
    action,
    sender: installation.account,
    installation,
    payload: {
      installation: installationShape(world, installation),
      repository_selection: installation.selection,
      repositories_added: action === 'added' ? changed : [],
      repositories_removed: action === 'removed' ? changed : [],
      requester: null,
    },
  })
}

const shortRepository = (world: World, repository: Repository) => ({
  id: repository.id,
  node_id: nodeId('R', repository.id),
  name: repository.name,
  full_name: fullName(repository),
  private: repository.private,
})
