import { z } from 'zod'

/** What several parts of an Application document are made of. */
export const strings = z.array(z.string())
export const stringMap = z.record(z.string(), z.string())
