import { ForgeError } from '../forge.ts'

/** Null when GitHub refuses with this code. */
export async function orNull<T>(code: ForgeError['code'], work: () => Promise<T>): Promise<T | null> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ForgeError && error.code === code) return null
    throw error
  }
}
