import type { z } from 'zod'
import { InvalidInputError } from '../model/problem.ts'

/** Parses JSON text from the other side. Throws {@link InvalidInputError} that names `what` and the first misfit. */
export function decodeJson<Output>(what: string, schema: z.ZodType<Output>, text: string): Output {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw misfit(what, 'it is not JSON', cause)
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw misfit(what, `${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'does not fit'}`, parsed.error)
}

function misfit(what: string, message: string, cause: unknown): InvalidInputError {
  return new InvalidInputError(
    [
      {
        code: 'protocol',
        message: `the ${what} does not fit: ${message}`,
        location: null,
        hint: 'compare the versions of agent and server',
      },
    ],
    { cause },
  )
}
