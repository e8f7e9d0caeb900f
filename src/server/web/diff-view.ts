import { html as renderDiff, parse } from 'diff2html'
import { visible } from '../report/escape.ts'
import { count } from '../../model/phrase.ts'
import { hunksOf } from './hunks.ts'
import { type Html, html, trusted } from './html.ts'

export type DiffStyle = 'unified' | 'split'

/** Our own frame around the lines: the object's name stands above, and no file is "viewed". */
const rawTemplates = {
  'generic-wrapper': '<div class="d2h-wrapper d2h-auto-color-scheme">{{{content}}}</div>',
  'line-by-line-file-diff':
    '<div class="d2h-code-wrapper"><table class="d2h-diff-table"><tbody class="d2h-diff-tbody">{{{diffs}}}</tbody></table></div>',
  'side-by-side-file-diff':
    '<div class="d2h-files-diff">' +
    '<div class="d2h-file-side-diff"><div class="d2h-code-wrapper"><table class="d2h-diff-table"><tbody class="d2h-diff-tbody">{{{diffs.left}}}</tbody></table></div></div>' +
    '<div class="d2h-file-side-diff"><div class="d2h-code-wrapper"><table class="d2h-diff-table"><tbody class="d2h-diff-tbody">{{{diffs.right}}}</tbody></table></div></div>' +
    '</div>',
}

/** Side by side the empty one on the right keeps the rows level. */
const withoutEmptyHeaders = {
  'generic-block-header':
    '{{#blockHeader}}<tr><td class="{{lineClass}} d2h-info"></td><td class="d2h-info"><div class="{{contentClass}}">{{{blockHeader}}}</div></td></tr>{{/blockHeader}}',
}

/** Over this the words of changed lines are not compared: the page still comes at once. */
const maxComparedLines = 2000

export function diffView(diff: string, style: DiffStyle): Html {
  const body = hunksOf(visible(diff))
  if (body === '') return html`<p class="quiet">No difference to show.</p>`
  const rendered = renderDiff(withRunsNamed(`--- a/object\n+++ b/object\n${body}\n`), {
    outputFormat: style === 'split' ? 'side-by-side' : 'line-by-line',
    drawFileList: false,
    matching: body.split('\n').length > maxComparedLines ? 'none' : 'lines',
    matchingMaxComparisons: 1000,
    maxLineLengthHighlight: 1000,
    rawTemplates: style === 'split' ? rawTemplates : { ...rawTemplates, ...withoutEmptyHeaders },
  })
  return trusted(rendered)
}

/** Nobody has the file open that line numbers would count in: say how much is left out instead. */
function withRunsNamed(diff: string): ReturnType<typeof parse> {
  const files = parse(diff)
  for (const file of files) {
    let next = 1
    for (const block of file.blocks) {
      const skipped = block.oldStartLine - next
      block.header = skipped > 0 ? count(skipped, 'unchanged line') : ''
      next = block.oldStartLine + block.lines.filter(line => line.oldNumber !== undefined).length
    }
  }
  return files
}
