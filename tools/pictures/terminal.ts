/**
 * Takes a picture of a command's coloured output:
 *
 *     plumbline plan deploy --color always | node tools/pictures/terminal.ts docs/images/plan-terminal.png 'plumbline plan deploy'
 */
import { text } from 'node:stream/consumers'
import { launchBrowser } from '../../test/browser.ts'
import { ToolError } from '../machine/errors.ts'
import { htmlOf } from './ansi.ts'

const style = `
  body { margin: 0; background: #010409; }
  main { display: inline-block; margin: 16px; border-radius: 10px; background: #0d1117; color: #e6edf3; overflow: hidden;
    border: 1px solid #30363d; }
  header { padding: 9px 14px; background: #161b22; border-bottom: 1px solid #30363d; }
  header i { display: inline-block; width: 11px; height: 11px; margin-right: 7px; border-radius: 50%; background: #30363d; }
  pre { margin: 0; padding: 16px 20px 18px; font: 13px/1.45 "DejaVu Sans Mono", "Liberation Mono", monospace; }
  kbd { font: inherit; color: #7ee787; }
`

const [file, command] = process.argv.slice(2)
if (!file || !command) throw new ToolError('say where the picture goes, and which command it shows')
const output = await text(process.stdin)
const browser = await launchBrowser()
try {
  const page = await browser.newPage({ deviceScaleFactor: 1.5, viewport: { width: 1400, height: 900 } })
  const prompt = `<kbd>$</kbd> <b>${htmlOf(command)}</b>`
  await page.setContent(
    `<style>${style}</style><main><header><i></i><i></i><i></i></header><pre>${prompt}\n${htmlOf(output.trimEnd())}</pre></main>`,
  )
  await page.locator('main').screenshot({ path: file })
} finally {
  await browser.close()
}
