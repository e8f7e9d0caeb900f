import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { gzipSync } from 'node:zlib'
import { packageFile } from '../../model/package-file.ts'
import { assets } from './layout.ts'

/** A file that all pages share. Nothing in it is secret. */
export interface Asset {
  readonly body: Buffer
  readonly gzipped: Buffer
  readonly type: string
  readonly etag: string
}

export function readAssets(): ReadonlyMap<string, Asset> {
  const diff2html = createRequire(import.meta.url).resolve('diff2html/bundles/css/diff2html.min.css')
  return new Map([
    [assets.diff, asset(diff2html, 'text/css')],
    [assets.ours, asset(packageFile('src/server/web/plumbline.css'), 'text/css')],
    [assets.script, asset(packageFile('src/server/web/plumbline.js'), 'text/javascript')],
  ])
}

function asset(path: string | URL, type: string): Asset {
  const body = readFileSync(path)
  const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 32)}"`
  return { body, gzipped: gzipSync(body), type: `${type}; charset=utf-8`, etag }
}

export function sendAsset(request: IncomingMessage, response: ServerResponse, it: Asset): void {
  const headers = {
    ETag: it.etag,
    'Cache-Control': 'public, max-age=3600',
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Resource-Policy': 'same-origin',
    Vary: 'Accept-Encoding',
  }
  if (request.headers['if-none-match'] === it.etag) {
    response.writeHead(304, headers).end()
    return
  }
  const zipped = /\bgzip\b(?!\s*;\s*q=0)/.test(request.headers['accept-encoding'] ?? '')
  response
    .writeHead(200, {
      ...headers,
      'Content-Type': it.type,
      ...(zipped ? { 'Content-Encoding': 'gzip' } : {}),
    })
    .end(request.method === 'HEAD' ? undefined : zipped ? it.gzipped : it.body)
}
