import { z } from 'zod'
import { longestCondition, parseCondition } from './cel.ts'

const condition = z
  .string()
  .max(longestCondition)
  .superRefine((text, context) => {
    const parsed = parseCondition(text)
    if (typeof parsed === 'string') context.addIssue({ code: 'custom', message: `it ${parsed}` })
  })

const mostRules = 50

/** Rules of health, with the field names of Flux's Kustomizations. */
export const healthCheckExprs = z
  .array(
    z.looseObject({
      apiVersion: z.string().min(1).describe('apiVersion of the objects; its version does not matter.'),
      kind: z.string().min(1).describe('Kind of the objects.'),
      current: condition.describe(
        "CEL: the object is healthy. The object's top-level fields are variables, such as status.",
      ),
      inProgress: condition.optional().describe('CEL: the object is on its way. Asked first.'),
      failed: condition.optional().describe('CEL: the object has failed. Asked second.'),
    }),
  )
  .max(mostRules)
