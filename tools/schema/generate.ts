import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { applicationDocument } from '../../src/model/application-document.ts'
import { settingsDocument } from '../../src/model/settings.ts'

const folder = join(import.meta.dirname, '../../docs/schema')

/** What zod checks by code, and JSON Schema can say too. */
const either = (...fields: readonly string[]) => ({ oneOf: fields.map(field => ({ required: [field] })) })

/** The published schemas by file name. Draft 7 is what editors' YAML support reads best. */
export const schemas: Readonly<Record<string, object>> = {
  'plumbline.schema.json': {
    title: '.plumbline.yaml',
    ...z.toJSONSchema(settingsDocument, { target: 'draft-7', io: 'input' }),
  },
  'application.schema.json': {
    title: 'Application',
    ...z.toJSONSchema(applicationDocument, {
      target: 'draft-7',
      io: 'input',
      override({ jsonSchema, path }) {
        const place = path.filter(part => part !== 'properties').join('.')
        if (place === 'spec') Object.assign(jsonSchema, either('source', 'sources'))
        if (place === 'spec.destination') Object.assign(jsonSchema, either('name', 'server'))
      },
    }),
  },
}

export function schemaText(schema: object): string {
  return `${JSON.stringify(schema, undefined, 2)}\n`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await mkdir(folder, { recursive: true })
  for (const [name, schema] of Object.entries(schemas))
    await writeFile(join(folder, name), schemaText(schema))
}
