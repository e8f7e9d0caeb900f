import { readFileSync, writeFileSync } from 'node:fs'

// Loaded before a command: at its end, the most memory that it ever held goes into the file that BENCH_MEMORY names, in bytes.
const file = process.env['BENCH_MEMORY']
process.once('exit', () => {
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  if (file) writeFileSync(file, String(Number(peak) * 1024))
})
