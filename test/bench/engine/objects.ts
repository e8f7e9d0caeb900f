/** Of a thousand objects: 400 ConfigMaps, 300 Deployments, 200 ServiceAccounts, 100 Roles. */
const shares = [
  [0.4, configMap],
  [0.3, deployment],
  [0.2, serviceAccount],
  [0.1, role],
] as const

/**
 * One file of many objects, as people write them: cpu as "0.1", ports without protocol, maps in one line here and there. Every
 * `oneIn`th object of a kind is the changed one; 0 changes none.
 */
export function manifests(count: number, oneIn: number): string {
  const documents = shares.flatMap(([share, write]) =>
    Array.from({ length: Math.round(count * share) }, (_, at) =>
      write(String(at).padStart(5, '0'), oneIn > 0 && at % oneIn === 0),
    ),
  )
  return documents.join('---\n')
}

/** ConfigMaps alone: what is measured of them is how an engine goes about many objects. */
export function configMaps(count: number): string {
  const documents = Array.from({ length: count }, (_, at) => configMap(String(at).padStart(5, '0'), false))
  return documents.join('---\n')
}

function configMap(at: string, changed: boolean): string {
  return `apiVersion: v1
kind: ConfigMap
metadata:
  name: settings-${at}
  labels: {app: shop-${at}}
data:
  LOG_LEVEL: ${changed ? 'debug' : 'info'}
  config.yaml: |
    server:
      port: 8080
      name: shop-${at}
    cache: {size: 128, ttl: 30s}
`
}

/** Scaled to zero: pods are not what is measured. */
function deployment(at: string, changed: boolean): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop-${at}
  labels: {app: shop-${at}}
spec:
  replicas: 0
  selector:
    matchLabels:
      app: shop-${at}
  template:
    metadata:
      labels:
        app: shop-${at}
    spec:
      containers:
        - name: web
          image: registry.example.com/shop:${changed ? '1.5.0' : '1.4.0'}
          ports:
            - containerPort: 8080
          env:
            - name: NAME
              value: shop-${at}
            - name: LOG_LEVEL
              valueFrom:
                configMapKeyRef: {name: settings-${at}, key: LOG_LEVEL}
          resources:
            requests: {cpu: "0.1", memory: 64Mi}
            limits: {memory: 128Mi}
          readinessProbe:
            httpGet: {path: /healthz, port: 8080}
`
}

function serviceAccount(at: string, changed: boolean): string {
  return `apiVersion: v1
kind: ServiceAccount
metadata:
  name: account-${at}
  labels: {app: shop-${at}, tier: ${changed ? 'back' : 'front'}}
`
}

function role(at: string, changed: boolean): string {
  return `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: role-${at}
rules:
  - apiGroups: [""]
    resources: [configmaps${changed ? ', secrets' : ''}]
    verbs: [get, list]
`
}
