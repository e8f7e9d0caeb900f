import type { Problem, SourceLocation } from '../../model/problem.ts'
import { capitalised } from '../../model/phrase.ts'
import { code, fence, link, sentence, shorten, urlPath } from './escape.ts'

/** `frontend.yaml:4` as code, linked to the line where `filesUrl` is known. */
export function locationLink(location: SourceLocation, filesUrl: string | null): string {
  const line = location.line === null ? '' : `:${location.line}`
  const text = code(`${shorten(location.file, 200)}${line}`)
  if (!filesUrl) return text
  const fragment = location.line === null ? '' : `#L${location.line}`
  return link(text, `${filesUrl}/${urlPath(location.file)}${fragment}`)
}

const maxMessage = 1500

/** One item of a list: where, what, and what to do next. */
export function problemItem(problem: Problem, filesUrl: string | null): string {
  const where = problem.location ? `${locationLink(problem.location, filesUrl)}: ` : ''
  const hint = problem.hint ? ended(sentence(capitalised(shorten(problem.hint, 400)))) : ''
  const message = shorten(problem.message.trim(), maxMessage)
  if (!message.includes('\n')) {
    const stop = hint && !/[.!?]$/.test(message) ? '.' : ''
    return `- ${where}${sentence(message)}${stop} ${hint}`.trimEnd()
  }
  return [`- ${where}${hint || 'it says'}`, '', indent(fence('text', message))].join('\n')
}

function ended(text: string): string {
  return /[.!?…]`?$/.test(text) ? text : `${text}.`
}

/** Inside a list item. */
function indent(block: string): string {
  return block
    .split('\n')
    .map(line => (line === '' ? '' : `  ${line}`))
    .join('\n')
}
