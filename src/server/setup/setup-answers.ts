import { html, type Html } from '../web/html.ts'
import type { Page } from '../web/layout.ts'
import { setupPaths } from './manifest.ts'

/** A short page: what happened, and what to do about it. */
export interface Answer {
  readonly status: number
  readonly page: Page
}

export const answers = {
  goOn: (path: string) => answer(303, 'One moment', html`<a href="${path}">Go on</a>`),
  noLink: answer(
    403,
    'Open the link from the log',
    'The server has no GitHub App yet. Its log has a link that opens the setup here, once and in one browser; the newest one is good.',
  ),
  noLogin: answer(
    400,
    'This is no name of an organisation',
    html`Write it as it stands in the address of its page, such as <code>acme</code>. <a href="${setupPaths.start}">Back</a>`,
  ),
  noCode: answer(
    400,
    'GitHub sent no code',
    html`The address is not complete. <a href="${setupPaths.start}">Start again</a>, and let GitHub lead back here.`,
  ),
  noState: answer(
    403,
    'Nobody was sent to GitHub from here',
    html`Either that is an hour ago, or this address was used already, or somebody else made it. Nothing was changed.
<a href="${setupPaths.start}">Start again</a>`,
  ),
  underway: answer(409, 'The App is just being taken over', 'Reload this page in a few seconds.'),
  notNow: answer(
    503,
    'GitHub does not answer now',
    'The App is there, and its credentials wait for an hour. Reload this page to try again.',
  ),
  tooLong: answer(414, 'This address is too long', 'GitHub leads back here with a shorter one.'),
  onlyGet: answer(405, 'There is nothing to send here', html`<a href="${setupPaths.start}">To the setup</a>`),
  refused: (webUrl: string) =>
    answer(
      502,
      'GitHub does not give the credentials',
      html`It does not know the code that came with this address: a code is good once, for an hour. ${startAgain(webUrl)}`,
    ),
  notKept: (webUrl: string) =>
    answer(
      500,
      'The App could not be taken over',
      html`GitHub created it, but this server could not keep its credentials or work with them. The server's log says why. ${startAgain(webUrl)}`,
    ),
} as const

function startAgain(webUrl: string): Html {
  return html`Delete the App if it is among <a href="${webUrl}/settings/apps">yours</a> (or your organisation's), and
<a href="${setupPaths.start}">start again</a>.`
}

function answer(status: number, title: string, advice: Html | string): Answer {
  const body = html`
<h1>${title}</h1>
<p class="lead">${advice}</p>`
  return { status, page: { title: `Plumbline: ${title}`, body, refreshAfter: null } }
}
