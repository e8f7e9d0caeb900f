import { pino, type Logger } from 'pino'

/** JSON lines on standard output, as containers expect. Level from LOG_LEVEL, default info. */
export function createLogger(name: 'server' | 'agent', env: NodeJS.ProcessEnv): Logger {
  return pino({
    name: `plumbline-${name}`,
    level: env.LOG_LEVEL ?? 'info',
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: ['token', 'password', '*.token', '*.password', 'headers.authorization'],
      censor: '(redacted)',
    },
  })
}
