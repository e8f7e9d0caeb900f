#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
import { existsSync } from 'node:fs'

// Built, it starts several times as fast; a checkout that nothing was built in runs from its sources.
const built = new URL('../dist/plumbline.js', import.meta.url)
await import(existsSync(built) ? built.href : '../src/cli/main.ts')
