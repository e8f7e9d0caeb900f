import { readFile } from 'node:fs/promises'
import { rendererFor } from '../../../src/compose/renderer.ts'
import { applicationFrom, plainSource } from '../../../src/model/application-from.ts'

/*
 * The renderer of an agent in a process of its own: `render-many.ts CHECKOUT CACHE-FOLDER OVERLAY...` renders every overlay as an application of one
 * checkout, all asked for at once, and prints a line of JSON: milliseconds, and seconds of processor time with all tools that it ran.
 */
const [folder = '', cacheFolder = '', ...overlays] = process.argv.slice(2)
const renderer = rendererFor(process.env, { cacheFolder })
const signal = AbortSignal.timeout(600_000)
const startedAt = performance.now()
const rendered = await Promise.all(
  overlays.map(path => {
    const document = {
      apiVersion: 'plumbline.dev/v1alpha1' as const,
      kind: 'Application' as const,
      metadata: { name: path.split('/').at(-1) ?? path },
      spec: { source: { repoURL: '.' }, destination: { name: 'bench' } },
    }
    const application = { ...applicationFrom(document, null), sources: [plainSource('.', path)] }
    const destination = { kubernetesVersion: 'v1.36.3', apiVersions: [] }
    return renderer.render(
      { folder, contentKey: 'commit', application, inRepository: () => true, destination },
      signal,
    )
  }),
)
const milliseconds = performance.now() - startedAt
const objects = rendered.reduce((sum, it) => sum + it.length, 0)
console.log(JSON.stringify({ milliseconds, processorSeconds: await processorSeconds(), objects }))

/** Of this process and of those that it waited for. Source: proc(5), fields 14 to 17 of stat, in ticks of 10 ms. */
async function processorSeconds(): Promise<number> {
  const text = await readFile('/proc/self/stat', 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100
}
