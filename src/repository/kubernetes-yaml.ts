import type { ScalarTag, Tags } from 'yaml'

/*
 * Scalars as Kubernetes' own tools read them (sigs.k8s.io/yaml, which is YAML 1.1 with exceptions): `0644` is octal, `yes`
 * and `on` are booleans, `22:22` and dates are strings. Read in YAML 1.2's way, `defaultMode: 0644` would be another
 * number than the one that `kubectl apply` sends. Source: resolve.go of go.yaml.in/yaml/v2.
 */

/** How a scalar without quotes and without a tag is read. */
export interface KubernetesScalar {
  readonly tag: string
  /** A text of another beginning ('' is that of no text) does not pass `test`. */
  readonly firstCharacters: readonly string[]
  readonly test: RegExp
  readonly resolve: (text: string) => unknown
}

const nothing: KubernetesScalar = {
  tag: 'tag:yaml.org,2002:null',
  firstCharacters: ['', '~', 'n', 'N'],
  test: /^(?:~|null|Null|NULL)?$/,
  resolve: () => null,
}

const yes = /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$/
const boolean: KubernetesScalar = {
  tag: 'tag:yaml.org,2002:bool',
  firstCharacters: 'yYtToOnNfF'.split(''),
  test: /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON|n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/,
  resolve: text => yes.test(text),
}

const integer: KubernetesScalar = {
  tag: 'tag:yaml.org,2002:int',
  firstCharacters: '+-0123456789'.split(''),
  test: /^[-+]?(?:0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|[0-9][0-9_]*)$/,
  resolve: text => integerOf(text.replaceAll('_', '')),
}

function integerOf(text: string): number {
  const negative = text.startsWith('-')
  const digits = text.replace(/^[-+]/, '')
  const octal = /^0[0-7]+$/.test(digits) ? `0o${digits}` : digits
  const value = Number(octal)
  return negative ? -value : value
}

const float: KubernetesScalar = {
  tag: 'tag:yaml.org,2002:float',
  firstCharacters: '+-.0123456789'.split(''),
  test: /^[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?$/,
  resolve: text => Number(text.replaceAll('_', '')),
}

/** The first whose test a text passes; a text that passes none is text. */
export const kubernetesScalars: readonly KubernetesScalar[] = [nothing, boolean, integer, float]

const binary: ScalarTag = {
  tag: 'tag:yaml.org,2002:binary',
  resolve: text => Buffer.from(text, 'base64').toString('utf8'),
}

/** For the `customTags` of a parse with the failsafe schema. */
export const kubernetesTags: Tags = [
  ...kubernetesScalars.map(({ tag, test, resolve }): ScalarTag => ({ tag, default: true, test, resolve })),
  binary,
  'merge',
]
