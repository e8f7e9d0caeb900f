import { readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { Problem } from '../../../model/problem.ts'
import { closest } from '../../../repository/closest.ts'
import { folded, isRemoteReference, type KustomizeReference } from '../../../repository/kustomization.ts'
import { isBelow, type RepositoryPath, resolveInside } from '../../../repository/paths.ts'
import type { CheckoutView } from '../checkout-view.ts'
import { symlinkOutside } from '../inside.ts'
import { remote } from './remote.ts'

type Followed =
  | { readonly path: RepositoryPath; readonly folder: boolean }
  | { readonly problem: Omit<Problem, 'location'> }

/** What a reference leads to, or why kustomize must not see it. */
export async function follow(
  view: CheckoutView,
  folder: RepositoryPath,
  reference: KustomizeReference,
): Promise<Followed> {
  const { target, expects, field } = reference
  const path = target.startsWith('/') ? null : resolveInside(folder, target)
  const found = path === null ? ({ kind: 'outside' } as const) : await view.lookUp(path)
  if (isRemoteReference(target) && found.kind !== 'file') return { problem: remote(target) }
  if (/^https?:\/\//i.test(target)) return { problem: remote(target) }
  if (path === null) return { problem: outside(target) }
  if (found.kind === 'outside') {
    const { code, message, hint } = symlinkOutside(path)
    return { problem: { code, message, hint } }
  }
  if (found.kind === 'missing') {
    // Where a file of a Secret is listed, people write its content by mistake.
    if (folded(field) === 'secretgenerator') return { problem: missingContent(field) }
    return { problem: missing(target, field, await namesBeside(view.root, path)) }
  }
  const real = relative(view.root, found.real).split(sep).join('/') || '.'
  if (found.kind === 'folder' && expects === 'file') {
    return {
      problem: {
        code: 'kustomize-failed',
        message: `"${target}" is a folder, but ${field} lists files`,
        hint: null,
      },
    }
  }
  if (found.kind === 'file' && !isBelow(real, folder)) return { problem: restricted(target, folder) }
  if (found.kind === 'file' && expects === 'folder') {
    return {
      problem: {
        code: 'kustomize-failed',
        message: `"${target}" is a file, but ${field} lists folders`,
        hint: 'list it under resources',
      },
    }
  }
  return { path: real, folder: found.kind === 'folder' }
}

function outside(target: string): Omit<Problem, 'location'> {
  return {
    code: 'outside-repository',
    message: `"${target}" lies outside of the repository`,
    hint: 'name files of this repository, by paths relative to this one',
  }
}

function missing(target: string, field: string, beside: readonly string[]): Omit<Problem, 'location'> {
  const near = closest(target.slice(target.lastIndexOf('/') + 1), beside)
  return {
    code: 'missing-file',
    message: `"${target}", listed under ${field}, does not exist`,
    hint: near === null ? null : `did you mean "${target.slice(0, target.lastIndexOf('/') + 1)}${near}"?`,
  }
}

function missingContent(field: string): Omit<Problem, 'location'> {
  return {
    code: 'missing-file',
    message: `a file listed under ${field} does not exist`,
    hint: 'a value itself stands under literals, as key=value',
  }
}

function restricted(target: string, folder: RepositoryPath): Omit<Problem, 'location'> {
  return {
    code: 'kustomize-failed',
    message: `"${target}" is not below ${folder}, and kustomize reads no single files from elsewhere`,
    hint: 'put a kustomization.yaml beside it and list that folder, or move the file',
  }
}

async function namesBeside(root: string, path: RepositoryPath): Promise<readonly string[]> {
  return readdir(join(root, path, '..')).catch(() => [])
}
