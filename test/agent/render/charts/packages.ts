import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { ensureBinaries } from '../../../../tools/control-plane/binaries.ts'
import { sha256 } from '../../../../src/agent/render/charts/kept-files.ts'
import type { Files } from '../rendering.ts'

const run = promisify(execFile)

export interface Packaged {
  readonly file: string
  readonly bytes: Buffer
  readonly name: string
  readonly version: string
  readonly digest: string
}

/** Packs and pushes charts with helm, in a home of its own. */
export interface Packer {
  readonly helm: (...args: readonly string[]) => Promise<string>
  pack(name: string, version: string, files?: Files): Promise<Packaged>
  close(): Promise<void>
}

export async function createPacker(): Promise<Packer> {
  const home = await mkdtemp(join(tmpdir(), 'plumbline-charts-'))
  const binary = join(await ensureBinaries(), 'helm')
  const env = {
    ...process.env,
    HELM_CACHE_HOME: join(home, 'cache'),
    HELM_CONFIG_HOME: join(home, 'config'),
    HELM_DATA_HOME: join(home, 'data'),
  }
  let count = 0
  const helm = async (...args: readonly string[]) => (await run(binary, args, { env })).stdout
  return {
    helm,
    async pack(name, version, files = {}) {
      count += 1
      const folder = join(home, String(count), name)
      for (const [path, content] of Object.entries({ ...chartFiles(name, version), ...files })) {
        await mkdir(dirname(join(folder, path)), { recursive: true })
        await writeFile(join(folder, path), content)
      }
      const target = join(home, String(count), 'packed')
      await helm('package', folder, '--destination', target)
      const file = join(target, `${name}-${version}.tgz`)
      const bytes = await readFile(file)
      return { file, bytes, name, version, digest: sha256(bytes) }
    },
    close: () => rm(home, { recursive: true, force: true }),
  }
}

function chartFiles(name: string, version: string): Files {
  return {
    'Chart.yaml': `apiVersion: v2\nname: ${name}\nversion: ${version}\n`,
    'values.yaml': 'size: small\n',
    'values-large.yaml': 'size: large\n',
    'templates/settings.yaml': [
      'apiVersion: v1',
      'kind: ConfigMap',
      'metadata:',
      '  name: {{ .Release.Name }}-{{ .Chart.Name }}',
      'data:',
      '  version: {{ .Chart.Version | quote }}',
      '  size: {{ .Values.size | quote }}',
    ].join('\n'),
  }
}

/** An index.yaml as `helm repo index` writes it; archives are below the repository's URL unless `urlOf` says otherwise. */
export function indexOf(
  charts: readonly Pick<Packaged, 'name' | 'version' | 'digest'>[],
  urlOf: (chart: Pick<Packaged, 'name' | 'version'>) => string = it => `${it.name}-${it.version}.tgz`,
): string {
  const names = [...new Set(charts.map(it => it.name))].toSorted()
  const lines = names.flatMap(name => [
    `  ${name}:`,
    ...charts
      .filter(it => it.name === name)
      .flatMap(it => [
        '  - apiVersion: v2',
        `    digest: ${it.digest}`,
        `    name: ${name}`,
        '    urls:',
        `    - ${urlOf(it)}`,
        `    version: ${it.version}`,
      ]),
  ])
  return ['apiVersion: v1', 'entries:', ...lines, 'generated: "2026-01-01T00:00:00Z"', ''].join('\n')
}
