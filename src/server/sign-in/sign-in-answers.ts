import { html, type Html } from '../web/html.ts'
import { type Page, signInPaths } from '../web/layout.ts'

/** A short page: what happened, and what to do about it. */
export interface Answer {
  readonly status: number
  readonly page: Page
}

const again = (back: string): Html =>
  html`<a class="button" href="${signInPaths.start}?to=${encodeURIComponent(back)}">Sign in again</a>`

export const answers = {
  goOn: (path: string) => answer(303, 'One moment', html`<a href="${path}">Go on</a>`),
  signedOut: answer(
    200,
    'Signed out',
    'Plumbline does not know this browser any more. The forge may still: sign out there too, should somebody else use it.',
  ),
  notForYou: (login: string, back: string) =>
    answer(
      403,
      'This page is not for everybody',
      html`You are signed in as <b>${login}</b>, who may not see it: it says what a cluster has. Those may who can read the private
repository that it belongs to, or have at least the triage role in a public one. Ask an owner of the repository for that; it counts here
within a minute.</p><p>${again(back)} if you have another account, or another name by now.`,
    ),
  otherForge: (host: string, back: string) =>
    answer(
      403,
      'Sign in at another place',
      html`This page is for people of <b>${host}</b>. <a class="button" href="${signInPaths.start}?${new URLSearchParams({ to: back, host }).toString()}">Sign in there</a>`,
    ),
  declined: (back: string) =>
    answer(
      403,
      'You did not sign in',
      html`The forge says that you declined. Plumbline only learns who you are. ${again(back)}`,
    ),
  noState: answer(
    403,
    'This sign-in was not begun here',
    'Either it was begun ten minutes ago, or in another browser, or this browser keeps no cookies, or somebody else made the address. ' +
      'Go back to the pull request and follow its link.',
  ),
  badCode: (back: string) =>
    answer(
      403,
      'The sign-in was not good any more',
      html`A code of the forge is good once, for ten minutes. ${again(back)}`,
    ),
  notNow: (back: string) =>
    answer(
      503,
      'The forge does not answer now',
      html`So nobody can say whether this page is for you. Try again in a minute: <a href="${back}">reload</a>.`,
    ),
  forgeGone: answer(
    503,
    'Nobody can say whether this page is for you',
    'This server has no credentials any more for the forge that the page belongs to. Its owner has to configure it again.',
  ),
  misconfigured: answer(
    502,
    'The forge does not take this server',
    html`Its owner has to look at the log, and at the GitHub App's settings: the client secret
(<code>GITHUB_CLIENT_SECRET</code>), and the callback address, which ends with <code>${signInPaths.callback}</code>.`,
  ),
  nowhere: answer(
    404,
    'Nobody signs in here',
    'This server was given no client id and secret of a GitHub App.',
  ),
  foreignForm: answer(
    403,
    'Nothing was done',
    'This came from another site. Sign out with the button on a page of ours.',
  ),
  tooLong: answer(414, 'This address is too long', 'Follow the link in the pull request again.'),
} as const

function answer(status: number, heading: string, text: Html | string): Answer {
  const body = html`<div class="narrow"><h1>${heading}</h1>
<p class="lead">${text}</p></div>`
  return { status, page: { title: `Plumbline: ${heading.toLowerCase()}`, body, refreshAfter: null } }
}
