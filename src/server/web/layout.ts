import { type Html, html } from './html.ts'

export interface Page {
  readonly title: string
  readonly body: Html
  /** Seconds after which the browser asks again; null for pages that stand. */
  readonly refreshAfter: number | null
}

/** Where the style sheets are served. */
export const assets = { ours: '/assets/plumbline.css', diff: '/assets/diff2html.css' } as const

export function layout({ title, body, refreshAfter }: Page): string {
  const refresh = refreshAfter === null ? null : html`<meta http-equiv="refresh" content="${refreshAfter}">`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
${refresh}
<title>${title}</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M8 0v8' stroke='%236e7781'/%3E%3Cpath d='M5 8h6l-3 8z' fill='%231f6feb'/%3E%3C/svg%3E">
<link rel="stylesheet" href="${assets.diff}">
<link rel="stylesheet" href="${assets.ours}">
</head>
<body>
<header class="top"><a href="/"><span class="bob" aria-hidden="true"></span>Plumbline</a></header>
<main>
${body}
</main>
</body>
</html>
`.html
}
