import type { Problem } from '../../../model/problem.ts'

export function remote(target: string): Omit<Problem, 'location'> {
  return {
    code: 'remote-base',
    message: `"${target}" would be fetched from the network, which a render may not do`,
    hint: 'copy it into the repository and name it by its path',
  }
}
