import type { Problem } from '../model/problem.ts'
import type { YAMLError } from 'yaml'

interface Words {
  readonly message: string
  readonly hint: string | null
}

/** The parser's complaints in plain words, with what to do next. */
export function explainYamlError(error: YAMLError, text: string): Words {
  const line = lineAround(text, error.pos[0])
  const template = templateHint(line) ?? templateHint(text.slice(error.pos[0], error.pos[1]))
  const words = wordsFor(error, text)
  return template ? { ...words, hint: template } : words
}

function wordsFor(error: YAMLError, text: string): Words {
  const found = text.slice(error.pos[0], error.pos[1]).split('\n')[0] ?? ''
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the parser's own words do for the other codes
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return { message: 'a tab is used for indentation', hint: 'YAML allows only spaces there' }
    case 'BAD_INDENT':
      if (/end with a/.test(error.message))
        return { message: sentence(error.message), hint: 'close the bracket' }
      return {
        message: 'the indentation does not fit the lines above',
        hint: 'align it with its neighbours, and check for a missing dash or colon just before',
      }
    case 'MULTILINE_IMPLICIT_KEY':
    case 'BLOCK_AS_IMPLICIT_KEY':
      return {
        message: 'a key and its value do not stand on their own line here',
        hint: 'check for a missing line break or colon, or quote a value that holds ": "',
      }
    case 'MISSING_CHAR':
      return { message: sentence(error.message), hint: 'close the quote or bracket, or add the colon' }
    case 'BAD_ALIAS':
      return { message: sentence(error.message), hint: 'define the anchor (&name) before its alias (*name)' }
    case 'RESOURCE_EXHAUSTION':
      return { message: 'the document is nested too deeply', hint: null }
    case 'BAD_SCALAR_START':
      return { message: `a plain value cannot start with ${found.slice(0, 1)}`, hint: 'put it in quotes' }
    default:
      return { message: sentence(error.message), hint: null }
  }
}

/** A hint when the text is a template that nobody filled in; null otherwise. */
export function templateHint(text: string): string | null {
  return /\{\{.*/.test(text)
    ? 'this looks like a template ({{ ... }}); plain manifests are not templated: put it into a Helm chart (Chart.yaml, templates/), or exclude the file'
    : null
}

function sentence(message: string): string {
  // The parser quotes what it stumbled over, which may be a Secret's value.
  const first = message
    .split('\n')[0]!
    .replace(/ at line \d+, column \d+:?$/, '')
    .replace(/: .*$/, '')
  return first.charAt(0).toLowerCase() + first.slice(1)
}

function lineAround(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', Math.max(0, offset - 1)) + 1
  const end = text.indexOf('\n', offset)
  return text.slice(start, end < 0 ? undefined : end)
}

/** What is wrong with a file that looks like a template is one thing: a parser goes astray at it, and says so many times over. */
export function withTemplateHint(problems: readonly Problem[], content: Uint8Array): readonly Problem[] {
  const [first] = problems
  const hint = first ? templateHint(new TextDecoder().decode(content)) : null
  return first && hint ? [{ ...first, hint }] : problems
}
