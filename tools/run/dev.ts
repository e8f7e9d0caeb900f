import { spawn } from 'node:child_process'

/** Watch mode: the compiler and vitest side by side; both end with Ctrl-C. */
const commands: readonly (readonly string[])[] = [
  ['node_modules/typescript/bin/tsc', '-p', '.', '--watch', '--preserveWatchOutput'],
  ['node_modules/vitest/vitest.mjs', 'watch', ...process.argv.slice(2)],
]

const children = commands.map(args => spawn(process.execPath, args, { stdio: 'inherit' }))
for (const child of children) child.on('close', () => children.forEach(other => other.kill()))
