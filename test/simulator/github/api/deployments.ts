import { addDeploymentStatus, createDeployment } from '../actions/deployments.ts'
import { createStatus, latestStatuses } from '../actions/statuses.ts'
import { notFound } from '../failure.ts'
import { combinedStatusShape, deploymentShape, deploymentStatusShape, statusShape } from '../shapes/status.ts'
import type { Deployment, Repository } from '../state.ts'
import { created, type Handlers, ok } from './call.ts'
import { commitAt } from './checks.ts'
import { listed, pageOf } from './pages.ts'

export const statusHandlers: Handlers = {
  'repos/create-commit-status': async call => {
    const { world, repository, actor, body } = call
    const { state, context, description, target_url: targetUrl } = body
    const input = { sha: call.path.sha, state, context, description, targetUrl }
    return created(statusShape(world, repository, await createStatus(world, repository, actor, input)))
  },
  'repos/list-commit-statuses-for-ref': async call => {
    const { world, repository } = call
    const sha = await commitAt(repository, call.path.ref)
    const statuses = repository.statuses.filter(status => status.sha === sha).toReversed()
    return await listed(call, statuses, status => statusShape(world, repository, status))
  },
  'repos/get-combined-status-for-ref': async call => {
    const { world, repository } = call
    const sha = await commitAt(repository, call.path.ref)
    const all = latestStatuses(repository, sha)
    const page = pageOf(call, all)
    const whole = combinedStatusShape(world, repository, sha, all)
    const { statuses } = combinedStatusShape(world, repository, sha, page.items)
    return { ...ok({ ...whole, statuses }), headers: page.headers }
  },
}

export const deploymentHandlers: Handlers = {
  'repos/create-deployment': async call => {
    const { world, repository, actor, body } = call
    const deployment = await createDeployment(world, repository, actor, {
      ref: body.ref,
      task: body.task,
      payload: body.payload,
      environment: body.environment,
      description: body.description,
      transient: body.transient_environment,
      production: body.production_environment,
      requiredContexts: body.required_contexts,
    })
    return created(deploymentShape(world, repository, deployment))
  },
  'repos/list-deployments': call => {
    const { world, repository, query } = call
    const asked = (value: string | undefined, actual: string): boolean =>
      value === undefined || value === 'none' || value === actual
    const wanted = repository.deployments
      .filter(one => asked(query.sha, one.sha) && asked(query.ref, one.ref) && asked(query.task, one.task))
      .filter(one => query.environment == null || asked(query.environment, one.environment))
      .toReversed()
    return listed(call, wanted, one => deploymentShape(world, repository, one))
  },
  'repos/get-deployment': call =>
    ok(deploymentShape(call.world, call.repository, deploymentOf(call, call.path.deployment_id))),
  'repos/create-deployment-status': call => {
    const { world, repository, actor, body } = call
    const deployment = deploymentOf(call, call.path.deployment_id)
    const status = addDeploymentStatus(world, repository, actor, {
      deployment,
      input: {
        state: body.state,
        environment: body.environment,
        description: body.description,
        environmentUrl: body.environment_url,
        logUrl: body.log_url ?? body.target_url,
        autoInactive: body.auto_inactive,
      },
    })
    return created(deploymentStatusShape(world, repository, deployment, status))
  },
  'repos/list-deployment-statuses': call => {
    const deployment = deploymentOf(call, call.path.deployment_id)
    const newestFirst = deployment.statuses.toReversed()
    return listed(call, newestFirst, one =>
      deploymentStatusShape(call.world, call.repository, deployment, one),
    )
  },
}

function deploymentOf(call: { readonly repository: Repository }, id: number): Deployment {
  const deployment = call.repository.deployments.find(one => one.id === id)
  if (!deployment) throw notFound()
  return deployment
}
