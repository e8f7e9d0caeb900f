import type { components } from '@octokit/openapi-types'

/** The answers of the REST API, as published. Shapes are held to these by the compiler and, at run time, by Ajv. */
export type Schemas = components['schemas']
