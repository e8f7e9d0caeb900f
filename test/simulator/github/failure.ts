/** An answer that is not a success, as the REST API words it. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure'
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    message: string,
    more: { readonly errors?: unknown; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message)
    this.status = status
    this.headers = more.headers ?? {}
    this.body = {
      message,
      ...(more.errors === undefined ? {} : { errors: more.errors }),
      documentation_url: 'https://docs.github.com/rest',
      status: String(status),
    }
  }
}

export const notFound = (): ApiFailure => new ApiFailure(404, 'Not Found')

export const badCredentials = (): ApiFailure => new ApiFailure(401, 'Bad credentials')

/** 422 with one field error, the shape that GitHub gives for a refused value. */
export function invalid(resource: string, field: string, code: string, message?: string): ApiFailure {
  const error = { resource, field, code, ...(message === undefined ? {} : { message }) }
  return new ApiFailure(422, 'Validation Failed', { errors: [error] })
}
