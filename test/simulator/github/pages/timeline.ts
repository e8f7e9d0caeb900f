import type { Comment, Issue, TimelineEvent, User } from '../state.ts'
import { deploymentsOf } from './deployments.ts'
import { type Html, html } from './html.ts'
import { icon, type IconName, statusMark } from './icons.ts'
import { avatar, person, type Visit, when } from './layout.ts'
import { markdown } from './markdown.ts'

/** The description, and then comments and events in the order in which they happened. */
export function timeline(visit: Visit, issue: Issue): Html {
  const comments = issue.comments.map(comment => ({
    id: comment.id,
    html: commentBox(visit, issue, comment),
  }))
  const events = issue.timeline.map(event => ({ id: event.id, html: eventLine(event) }))
  const deployments = deploymentsOf(issue).map(({ deployment, status }) => ({
    id: deployment.id,
    html: html`<div class="event">${statusMark(status.state)} ${person(status.creator)} deployed to <b>${deployment.environment}</b>: ${status.state.replace('_', ' ')}${status.description ? html`, ${status.description}` : ''} ${when(status.createdAt)}</div>`,
  }))
  const rest = [...comments, ...events, ...deployments].sort((a, b) => a.id - b.id)
  return html`<section class="timeline">${description(visit, issue)}${rest.map(one => one.html)}</section>`
}

const description = (visit: Visit, issue: Issue): Html =>
  box(issue.user, html`opened this ${when(issue.createdAt)}`, {
    id: `issue-${issue.number}`,
    body: issue.body
      ? markdown(visit.world, issue.repository, issue.body)
      : html`<p class="dull">No description.</p>`,
    reactions: issue.reactions,
  })

function commentBox(visit: Visit, issue: Issue, comment: Comment): Html {
  const edited = comment.updatedAt === comment.createdAt ? '' : html` · edited`
  return box(comment.user, html`commented ${when(comment.createdAt)}${edited}`, {
    id: `issuecomment-${comment.id}`,
    body: markdown(visit.world, issue.repository, comment.body),
    reactions: comment.reactions,
  })
}

interface Box {
  readonly id: string
  readonly body: Html
  readonly reactions: Comment['reactions']
}

function box(user: User, what: Html, { id, body, reactions }: Box): Html {
  return html`<article class="box ${user.type === 'Bot' ? 'bot' : ''}" id="${id}">
${avatar(user, 40)}
<div class="frame"><header>${person(user)} ${what}</header>
<div class="markdown">${body}</div>${reactionRow(reactions)}</div>
</article>`
}

/** Drawn, since not every machine has a font with emoji; the others are told by their names. */
const drawn: Readonly<Record<string, IconName>> = {
  '+1': 'thumbUp',
  '-1': 'thumbDown',
  eyes: 'eyes',
  heart: 'heart',
  rocket: 'rocket',
}

function reactionRow(reactions: Comment['reactions']): Html {
  if (reactions.length === 0) return html``
  const contents = [...new Set(reactions.map(one => one.content))]
  const items = contents.map(content => {
    const by = reactions.filter(one => one.content === content)
    const names = by.map(one => one.user.login).join(', ')
    return html`<span class="reaction" title="${names}">${drawn[content] ? icon(drawn[content]) : content} ${by.length}</span>`
  })
  return html`<footer class="reactions">${items}</footer>`
}

const words: Readonly<Record<string, readonly [IconName, string]>> = {
  closed: ['check', 'closed this'],
  reopened: ['issue', 'reopened this'],
  merged: ['merge', 'merged this as'],
  edited: ['pencil', 'edited this'],
  labeled: ['tag', 'added the label'],
  unlabeled: ['tag', 'removed the label'],
  assigned: ['dot', 'assigned'],
  unassigned: ['dot', 'unassigned'],
  synchronize: ['commit', 'pushed'],
  ready_for_review: ['branch', 'marked this as ready for review'],
  converted_to_draft: ['branch', 'made this a draft'],
}

function eventLine(event: TimelineEvent): Html {
  const [name, text] = words[event.action] ?? (['dot', event.action] as const)
  const sha = /^[0-9a-f]{40}$/.test(event.detail)
  const detail = sha ? html`<code>${event.detail.slice(0, 7)}</code>` : html`<b>${event.detail}</b>`
  return html`<div class="event"><span class="mark ${event.action}">${icon(name)}</span> ${person(event.actor)} ${text} ${event.detail ? detail : ''} ${when(event.at)}</div>`
}
