import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createBrotliCompress, createGzip } from 'node:zlib'
import { layout, type Page } from './layout.ts'

/**
 * Sends a page that loads nothing from elsewhere, is not kept, and whose address (often a secret) is not handed on with a click.
 * No script runs on it but ours, and that only where the page asks for it.
 */
export function sendPage(
  response: ServerResponse,
  status: number,
  page: Page,
  options: PageOptions = {},
): Promise<void> {
  const scripts = page.isInteractive ? ["script-src 'self'", "connect-src 'self'"] : []
  const formAction = page.isInteractive || page.visitor ? "'self'" : "'none'"
  return sendHtml(response, status, layout(page), { formAction, ...options, scripts })
}

/** Part of a page, for a page's script to put in. By itself it is as harmless as a page. */
export function sendPart(response: ServerResponse, html: string): Promise<void> {
  return sendHtml(response, 200, [html], { formAction: "'none'", scripts: [] })
}

export interface PageOptions {
  /** Where its forms may go; if not given, to ourselves where the page has some of ours, else to nowhere. */
  readonly formAction?: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
}

/** Headers of whatever is only for the one who asked. */
export const privateHeaders = {
  'Cache-Control': 'private, no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Robots-Tag': 'noindex',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const

async function sendHtml(
  response: ServerResponse,
  status: number,
  pieces: AsyncIterable<string> | Iterable<string>,
  {
    formAction,
    headers = {},
    scripts,
  }: PageOptions & { readonly formAction: string; readonly scripts: readonly string[] },
): Promise<void> {
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    ...scripts,
    'img-src data:',
    "base-uri 'none'",
    "frame-ancestors 'none'",
    `form-action ${formAction}`,
  ]
  const encoding = encodingFor(response)
  response.writeHead(status, {
    ...privateHeaders,
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': policy.join('; '),
    Vary: 'Accept-Encoding',
    ...(encoding ? { 'Content-Encoding': encoding } : {}),
    ...headers,
  } as Record<string, string | string[]>)
  if (response.req.method === 'HEAD') {
    response.end()
    return
  }
  const compressed = encoding === null ? [] : [compressors[encoding]()]
  try {
    await pipeline([Readable.from(gathered(pieces)), ...compressed, response])
  } catch (cause) {
    // Whoever asked went away: nothing is wrong.
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw cause
  }
}

/** UTF-16 code units: a network packet or a few, but for the first, which should be on the screen soon. */
const usualPiece = 32_768
const firstPiece = 4096

/** A compressor is not called for every line. */
async function* gathered(pieces: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  let text = ''
  let enough = firstPiece
  for await (const piece of pieces) {
    text += piece
    if (text.length < enough) continue
    yield text
    text = ''
    enough = usualPiece
  }
  if (text !== '') yield text
}

const compressors = {
  br: () =>
    createBrotliCompress({
      flush: constants.BROTLI_OPERATION_FLUSH,
      params: {
        [constants.BROTLI_PARAM_QUALITY]: 4,
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      },
    }),
  gzip: () => createGzip({ flush: constants.Z_SYNC_FLUSH }),
} as const

/** RFC 9110, 12.5.3, as far as browsers use it: what is named with `q=0` is not wanted. */
function encodingFor({ req }: ServerResponse): keyof typeof compressors | null {
  const accepted = (req.headers['accept-encoding'] ?? '')
    .split(',')
    .filter(it => !/;\s*q=0(\.0*)?\s*$/.test(it))
    .map(it => it.split(';')[0]!.trim())
  return (['br', 'gzip'] as const).find(it => accepted.includes(it)) ?? null
}
