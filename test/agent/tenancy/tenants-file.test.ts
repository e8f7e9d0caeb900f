import { describe, expect, test } from 'vitest'
import { parseTenants } from '../../../src/agent/tenancy/tenants-file.ts'

const entry = (lines: Readonly<Record<string, string>>) =>
  `tenants:\n  - ${Object.entries({
    repository: 'github.com/acme/shop',
    namespaces: '[shop]',
    serviceAccount: 'shop/deployer',
    ...lines,
  })
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n    ')}\n`

describe('a tenant', () => {
  test.each([
    { repository: 'github.com/acme/shop', place: 'github.com/acme/shop', is: true },
    { repository: 'github.com/Acme/Shop', place: 'github.com/acme/shop', is: true },
    { repository: 'github.com/acme/*', place: 'github.com/acme/shop', is: true },
    { repository: 'github.com/acme/*', place: 'gitlab.com/acme/shop', is: false },
    { repository: 'github.com/acme/*', place: 'github.com/acme-evil/shop', is: false },
    { repository: 'gitlab.com/acme/**', place: 'gitlab.com/acme/group/shop', is: true },
    { repository: 'github.com/acme/shop', place: 'github.com/acme/shop-two', is: false },
  ])('$repository is $place: $is', ({ repository, place, is }) => {
    expect(parseTenants(entry({ repository }), 't.yaml')[0]?.isRepository(place)).toBe(is)
  })

  test.each([
    { namespaces: '[shop, "shop-*"]', namespace: 'shop-eu', is: true },
    { namespaces: '[shop]', namespace: 'shop-eu', is: false },
    { namespaces: '["*"]', namespace: 'kube-system', is: true },
    { namespaces: '["shop-*"]', namespace: 'kube-system', is: false },
  ])('of $namespaces may deploy to $namespace: $is', ({ namespaces, namespace, is }) => {
    expect(parseTenants(entry({ namespaces }), 't.yaml')[0]?.isNamespace(namespace)).toBe(is)
  })

  test.each([
    { clusterScoped: '[Namespace]', group: '', kind: 'Namespace', is: true },
    {
      clusterScoped: '[rbac.authorization.k8s.io/ClusterRole]',
      group: 'rbac.authorization.k8s.io',
      kind: 'ClusterRole',
      is: true,
    },
    {
      clusterScoped: '[rbac.authorization.k8s.io/ClusterRole]',
      group: 'other.io',
      kind: 'ClusterRole',
      is: false,
    },
    { clusterScoped: '[]', group: '', kind: 'Namespace', is: false },
  ])('of $clusterScoped may deploy $kind of $group: $is', ({ clusterScoped, group, kind, is }) => {
    expect(parseTenants(entry({ clusterScoped }), 't.yaml')[0]?.isClusterScoped({ group, kind })).toBe(is)
  })
})

test.each([
  {
    what: 'a missing account',
    text: 'tenants:\n  - repository: a/b/c\n    namespaces: [a]\n',
    says: /serviceAccount/,
  },
  {
    what: 'an account without a namespace',
    text: entry({ serviceAccount: 'deployer' }),
    says: /namespace\/name/,
  },
  {
    what: 'an account that is no name',
    text: entry({ serviceAccount: 'shop/De_ployer' }),
    says: /no name of a service account/,
  },
  { what: 'no namespaces', text: entry({ namespaces: '[]' }), says: /namespaces/ },
  { what: 'a field that nobody knows', text: entry({ admin: 'true' }), says: /admin/ },
  { what: 'what is no YAML', text: 'tenants: [', says: /t\.yaml/ },
  { what: 'nothing', text: '', says: /t\.yaml/ },
])('a list with $what is refused, with its place', ({ text, says }) => {
  expect(() => parseTenants(text, 't.yaml')).toThrow(says)
})
