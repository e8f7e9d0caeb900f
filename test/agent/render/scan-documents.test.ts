import { expect, test } from 'vitest'
import { lineOf, scanDocuments } from '../../../src/agent/render/scan-documents.ts'

const template = `{{- if .Values.enabled }}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-settings
---
apiVersion: v1
kind: ConfigMap
metadata: { name: "{{ .Release.Name }}-cache" }
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "shop.name" . }}
{{- end }}
`

test.each([
  ['shop-settings', 2],
  ['shop-cache', 7],
  ['shop', null],
])(
  'of templates of one kind, the one that %s comes from is told by the written part of its name',
  (name, line) => {
    expect(lineOf(scanDocuments(template), 'ConfigMap', name)).toBe(line)
  },
)

test('a line of nothing but opened braces takes no time', () => {
  const started = performance.now()
  scanDocuments(`kind: ConfigMap\nmetadata:\n  name: ${'{{'.repeat(200_000)}\n`)
  expect(performance.now() - started).toBeLessThan(1_000)
})
