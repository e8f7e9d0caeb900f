import { installationShape } from '../shapes/app.ts'
import { repositoryShape } from '../shapes/repository.ts'
import { userShape } from '../shapes/user.ts'
import { fullName, type Installation, type Permissions, type Repository, type User } from '../state.ts'
import { installationOf, timestamp, type World } from '../world.ts'

const keyOf = (repository: Repository): string => fullName(repository).toLowerCase()

/** The old name leads to it from now on, until another repository takes it. */
function move(world: World, repository: Repository, change: () => void): void {
  const before = keyOf(repository)
  world.repositories.delete(before)
  change()
  world.repositories.set(keyOf(repository), repository)
  world.formerNames.set(before, repository)
  world.formerNames.delete(keyOf(repository))
}

export function renameRepository(world: World, repository: Repository, by: User, name: string): void {
  const from = repository.name
  move(world, repository, () => {
    repository.name = name
  })
  const changes = { repository: { name: { from } } }
  world.events({ name: 'repository', action: 'renamed', sender: by, repository, payload: { changes } })
}

/** An installation on its old owner's account does not follow it. */
export function transferRepository(world: World, repository: Repository, by: User, to: User): void {
  const from = repository.owner
  const before = installationOf(world, repository)
  move(world, repository, () => {
    repository.owner = to
  })
  before?.repositories.delete(repository)
  const after = [...world.installations.values()].find(it => it.account === to && it.selection === 'all')
  after?.repositories.add(repository)
  const installation = after ?? before
  world.events({
    name: 'repository',
    action: 'transferred',
    sender: by,
    repository,
    ...(installation ? { installation } : {}),
    payload: { changes: { owner: { from: { user: userShape(world, from) } } } },
  })
}

export function archiveRepository(world: World, repository: Repository, by: User, archived: boolean): void {
  repository.archived = archived
  const action = archived ? 'archived' : 'unarchived'
  world.events({ name: 'repository', action, sender: by, repository, payload: {} })
}

export function deleteRepository(world: World, repository: Repository, by: User): void {
  const installation = installationOf(world, repository)
  const payload = { repository: repositoryShape(world, repository) }
  world.repositories.delete(keyOf(repository))
  for (const it of world.installations.values()) it.repositories.delete(repository)
  world.events({
    name: 'repository',
    action: 'deleted',
    sender: by,
    repository,
    ...(installation ? { installation } : {}),
    payload,
  })
}

export function suspend(world: World, installation: Installation, suspended: boolean): void {
  installation.suspendedAt = suspended ? timestamp(world) : null
  tell(world, installation, suspended ? 'suspend' : 'unsuspend')
}

export function uninstall(world: World, installation: Installation): void {
  world.installations.delete(installation.id)
  tell(world, installation, 'deleted')
}

/** What the App asks for changes, and everybody who installed it accepts at once. */
export function setPermissions(world: World, permissions: Permissions): void {
  world.app = { ...world.app, permissions }
  for (const installation of world.installations.values())
    tell(world, installation, 'new_permissions_accepted')
}

function tell(world: World, installation: Installation, action: string): void {
  world.events({
    name: 'installation',
    action,
    sender: installation.account,
    installation,
    payload: { installation: installationShape(world, installation), repositories: [], requester: null },
  })
}
