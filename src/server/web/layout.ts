import { type Html, html } from './html.ts'

export interface Page {
  readonly title: string
  /** Pieces come while the page is on its way; none before the one before it was taken. */
  readonly body: Html | AsyncIterable<Html>
  /** Seconds after which the browser asks again; null for pages that stand. */
  readonly refreshAfter: number | null
  /** With the script that searches, unfolds and goes from object to object by keys. */
  readonly isInteractive?: boolean
  /** Wider than text is read well: for diffs side by side. */
  readonly isWide?: boolean
  /** Login of whoever is signed in. */
  readonly visitor?: string | null
}

/** Where the style sheets and the script are served. */
export const assets = {
  ours: '/assets/plumbline.css',
  diff: '/assets/diff2html.css',
  script: '/assets/plumbline.js',
} as const

/** Where a browser is signed in and out. */
export const signInPaths = {
  start: '/sign-in',
  callback: '/sign-in/callback',
  end: '/sign-out',
} as const

/** The page, piece by piece. */
export async function* layout(page: Page): AsyncGenerator<string> {
  yield before(page)
  if (Symbol.asyncIterator in page.body) for await (const piece of page.body) yield piece.html
  else yield page.body.html
  yield after
}

function before({ title, refreshAfter, isInteractive, isWide, visitor }: Page): string {
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
${(isInteractive ?? false) && html`<script src="${assets.script}" defer></script>`}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="top"><a href="/"><span class="bob" aria-hidden="true"></span>Plumbline</a>${signedIn(visitor ?? null)}</header>
<main id="main"${(isWide ?? false) && html` class="wide"`}>
`.html
}

const after = `
</main>
</body>
</html>
`

function signedIn(visitor: string | null): Html | null {
  if (visitor === null) return null
  return html`<form class="visitor" method="post" action="${signInPaths.end}"><span>${visitor}</span> <button class="plain">Sign out</button></form>`
}
