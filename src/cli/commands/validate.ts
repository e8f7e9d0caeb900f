import type { Command } from 'commander'
import { count } from '../../model/phrase.ts'
import { formatProblem } from '../../model/problem.ts'
import { exitCodes } from '../exit-codes.ts'

export function addValidateCommand(program: Command, end: (code: number) => void): void {
  program
    .command('validate [path]')
    .description(
      'check .plumbline.yaml, Application documents and manifests; all problems at once, with file and line',
    )
    .addHelpText(
      'after',
      "\nPATH is a repository's folder (default: this one). Needs no cluster.\nExit code: 0 no problem, 1 problems, 2 error.",
    )
    .action(async (path: string | undefined) => {
      const { validateTree } = await import('../../repository/validate.ts')
      const { folderTree } = await import('../../repository/tree.ts')
      const tree = await folderTree(path ?? '.')
      const { applications, files, problems } = await validateTree(tree, null, new AbortController().signal)
      for (const problem of problems) process.stdout.write(`${formatProblem(problem)}\n`)
      process.stderr.write(
        problems.length === 0
          ? `no problems in ${count(files, 'file')} with ${count(applications.length, 'application')}\n`
          : `${count(problems.length, 'problem')}\n`,
      )
      end(problems.length === 0 ? exitCodes.same : exitCodes.different)
    })
}
