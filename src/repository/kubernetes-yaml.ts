import type { ScalarTag, Tags } from 'yaml'

/*
 * Scalars as Kubernetes' own tools read them (sigs.k8s.io/yaml, which is YAML 1.1 with exceptions): `0644` is octal, `yes`
 * and `on` are booleans, `22:22` and dates are strings. Read in YAML 1.2's way, `defaultMode: 0644` would be another
 * number than the one that `kubectl apply` sends. Source: resolve.go of go.yaml.in/yaml/v2.
 */

const nothing: ScalarTag = {
  tag: 'tag:yaml.org,2002:null',
  default: true,
  test: /^(?:~|null|Null|NULL)?$/,
  resolve: () => null,
}

const yes = /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$/
const boolean: ScalarTag = {
  tag: 'tag:yaml.org,2002:bool',
  default: true,
  test: /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON|n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/,
  resolve: text => yes.test(text),
}

const integer: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
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

const float: ScalarTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  test: /^[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?$/,
  resolve: text => Number(text.replaceAll('_', '')),
}

const binary: ScalarTag = {
  tag: 'tag:yaml.org,2002:binary',
  resolve: text => Buffer.from(text, 'base64').toString('utf8'),
}

/** For the `customTags` of a parse with the failsafe schema. */
export const kubernetesTags: Tags = [nothing, boolean, integer, float, binary, 'merge']
