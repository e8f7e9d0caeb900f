import { createTwoFilesPatch } from 'diff'
import { describeIdentity, parseIdentity } from '../../model/identity.ts'
import { count } from '../../model/phrase.ts'
import type { AdoptedPath } from '../adopt-path.ts'
import type { TargetOptions } from '../commands/options.ts'
import { type Paint, paintFor } from './colour.ts'
import { plain } from './plain.ts'
import { writeOut } from './write-out.ts'

/** The edits as a unified diff that `git apply` takes, then what was left. */
export function printAdopted(
  adopted: AdoptedPath,
  options: Pick<TargetOptions, 'output' | 'color'> & { readonly dryRun?: boolean },
): void {
  if (options.output === 'json') {
    const { application, files, left } = adopted
    const edited = files.map(({ path, before, text }) => ({ path, diff: patchOf({ path, before, text }) }))
    writeOut(`${JSON.stringify({ application, files: edited, adopted: adopted.adopted, left }, null, 2)}\n`)
    return
  }
  const isText = options.output === 'text'
  const paint = isText ? paintFor(process.stdout, { color: options.color, env: process.env }) : unpainted
  const patch = adopted.files.map(patchOf).join('')
  const diff = isText ? painted(patch, paint) : patch === '' ? '' : `\`\`\`diff\n${patch}\`\`\`\n`
  writeOut(`${[diff, ...leftLines(adopted, paint), sumOf(adopted, options)].filter(Boolean).join('\n')}\n`)
}

const unpainted: Paint = (_style, text) => text

function patchOf({ path, before, text }: AdoptedPath['files'][number]): string {
  const to = text === null ? '/dev/null' : `b/${path}`
  const patch = createTwoFilesPatch(`a/${path}`, to, before, text ?? '', '', '')
  return plain(patch.replace(/^=+\n/, '').replaceAll(/^(---|\+\+\+) (.*?)\t$/gm, '$1 $2'))
}

function painted(patch: string, paint: Paint): string {
  return patch
    .split('\n')
    .map(line => {
      if (/^(---|\+\+\+) /.test(line)) return paint('bold', line)
      if (line.startsWith('@@')) return paint('cyan', line)
      if (line.startsWith('-')) return paint('red', line)
      return line.startsWith('+') ? paint('green', line) : line
    })
    .join('\n')
}

function leftLines({ left }: AdoptedPath, paint: Paint): readonly string[] {
  if (left.length === 0) return []
  const lines = left.map(({ id, path, reason }) => {
    const name = describeIdentity(parseIdentity(id))
    return `  ${name}${path === null ? '' : ` ${path}`}: ${plain(reason)}`
  })
  return [paint('yellow', 'Left as it is:'), ...lines]
}

function sumOf(
  { application, adopted, left, files }: AdoptedPath,
  { dryRun }: { readonly dryRun?: boolean },
): string {
  if (adopted.length === 0 && left.length === 0) return `${plain(application)}: no drift`
  const where = `${count(adopted.length, 'change')} in ${count(files.length, 'file')}`
  const rest = left.length > 0 ? `, ${left.length} left` : ''
  return `${plain(application)}: ${dryRun ? 'would adopt' : 'adopted'} ${where}${rest}`
}
