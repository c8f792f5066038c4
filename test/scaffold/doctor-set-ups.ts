import { createCertificate } from '@apiserver-kit/framework/testing'

export const apiServicePath = '/apis/apiregistration.k8s.io/v1/apiservices/v1.shop.example.org'
const servicePath = '/api/v1/namespaces/shop-system/services/shop'
export const podsPath = '/api/v1/namespaces/shop-system/pods'
const slicesPath = '/apis/discovery.k8s.io/v1/namespaces/shop-system/endpointslices'
const secretPath = '/api/v1/namespaces/shop-system/secrets/shop-tls'
export const configMapPath = '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication'
const groupPath = '/apis/shop.example.org/v1'
const documentPath = '/openapi/v3/apis/shop.example.org/v1'

const hour = 3_600_000
const around = { notBefore: new Date(Date.now() - 200 * hour), notAfter: new Date(Date.now() + 200 * hour) }
const authority = createCertificate({ commonName: 'ca', ca: {}, ...around })
const other = createCertificate({ commonName: 'other-ca', ca: {}, ...around })
const serving = (names: string[], notAfter = around.notAfter): string =>
  createCertificate({ commonName: 'shop', names, usages: ['serverAuth'], ...around, notAfter, issuer: authority })
    .certificate

/** What a cluster answers: whatever a path holds, and whom it lets do what. */
interface FakeApi {
  readonly objects: Record<string, any>
  readonly refused: Set<string>
  readonly statuses: Record<string, number>
}

export function healthy(): FakeApi {
  const labels = { app: 'shop' }
  return {
    refused: new Set(),
    statuses: {},
    objects: {
      '/apis/apiregistration.k8s.io/v1/apiservices': { items: [] },
      [apiServicePath]: {
        metadata: { name: 'v1.shop.example.org' },
        spec: {
          group: 'shop.example.org',
          version: 'v1',
          service: { namespace: 'shop-system', name: 'shop', port: 443 },
          caBundle: Buffer.from(authority.certificate).toString('base64'),
        },
        status: { conditions: [{ type: 'Available', status: 'True', reason: 'Passed' }] },
      },
      [servicePath]: {
        metadata: { name: 'shop' },
        spec: { selector: labels, ports: [{ port: 443, targetPort: 'https' }] },
      },
      '/api/v1/namespaces/shop-system/services': { items: [{ metadata: { name: 'shop' } }] },
      [podsPath]: {
        items: [
          {
            metadata: { name: 'shop-1', labels },
            spec: {
              serviceAccountName: 'shop',
              containers: [{ name: 'apiserver', ports: [{ name: 'https', containerPort: 8443 }] }],
              volumes: [{ name: 'tls', secret: { secretName: 'shop-tls' } }],
            },
            status: { containerStatuses: [{ image: 'shop:1', state: { running: {} } }] },
          },
        ],
      },
      [slicesPath]: { items: [{ endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: true } }] }] },
      [secretPath]: { data: { 'tls.crt': Buffer.from(serving(['shop.shop-system.svc'])).toString('base64') } },
      [configMapPath]: { data: { 'requestheader-client-ca-file': other.certificate } },
      [groupPath]: { kind: 'APIResourceList', groupVersion: 'shop.example.org/v1', resources: [{ name: 'orders' }] },
      '/openapi/v3': { paths: { 'apis/shop.example.org/v1': { serverRelativeURL: documentPath } } },
      [documentPath]: { components: { schemas: { Order: {} } } },
    },
  }
}

interface SetUp {
  readonly name: string
  readonly breaks: (api: FakeApi) => void
  readonly cause: RegExp
  readonly fix: RegExp
}

const unavailable = (api: FakeApi, message: string): void => {
  const condition = { type: 'Available', status: 'False', reason: 'FailedDiscoveryCheck', message }
  api.objects[apiServicePath].status.conditions = [condition]
  api.statuses[groupPath] = 503
}
const waiting = (api: FakeApi, reason: string): void => {
  api.objects[podsPath].items[0].status.containerStatuses[0].state = { waiting: { reason } }
  api.objects[slicesPath].items = []
  unavailable(api, 'endpoints for service/shop in "shop-system" have no addresses')
}
const withCertificate = (api: FakeApi, pem: string): void => {
  api.objects[secretPath].data['tls.crt'] = Buffer.from(pem).toString('base64')
  unavailable(api, 'tls: failed to verify certificate')
}

export const setUps: readonly SetUp[] = [
  {
    name: 'an APIService that was never laid',
    breaks: ({ objects }) => Reflect.deleteProperty(objects, apiServicePath),
    cause: /there is no APIService v1\.shop\.example\.org/,
    fix: /kubectl apply -k/,
  },
  {
    name: 'an APIService that names another Service',
    breaks: (api) => {
      api.objects[apiServicePath].spec.service.name = 'shoop'
      unavailable(api, 'service/shoop in "shop-system" is not present')
    },
    cause: /there is no Service shop-system\/shoop/,
    fix: /one of shop$/,
  },
  {
    name: 'a Service with another port',
    breaks: (api) => {
      api.objects[servicePath].spec.ports[0].port = 8443
    },
    cause: /has the port 8443, the APIService wants 443/,
    fix: /port of the APIService to 8443/,
  },
  {
    name: 'a selector that chooses nothing',
    breaks: (api) => {
      api.objects[servicePath].spec.selector = { app: 'shopp' }
      unavailable(api, 'no endpoints')
    },
    cause: /selector of the Service \(app=shopp\) chooses no pod/,
    fix: /app=shop$/,
  },
  {
    name: 'an image that is nowhere',
    breaks: (api) => waiting(api, 'ImagePullBackOff'),
    cause: /the image shop:1 of the pod shop-1 cannot be had \(ImagePullBackOff\)/,
    fix: /--image/,
  },
  {
    name: 'a server that may not read the trusted authorities, and ends',
    breaks: (api) => {
      api.refused.add('configmaps')
      waiting(api, 'CrashLoopBackOff')
    },
    cause: /shop-system\/shop may not read the ConfigMap/,
    fix: /create rolebinding .*--role=extension-apiserver-authentication-reader --serviceaccount=shop-system:shop$/,
  },
  {
    name: 'a server that ends for its own reasons',
    breaks: (api) => waiting(api, 'CrashLoopBackOff'),
    cause: /the pod shop-1 ends again and again/,
    fix: /logs shop-1 --previous/,
  },
  {
    name: 'a certificate for another name',
    breaks: (api) => withCertificate(api, serving(['localhost'])),
    cause: /is for DNS:localhost, and the cluster asks for shop\.shop-system\.svc/,
    fix: /DNS:shop\.shop-system\.svc/,
  },
  {
    name: 'a certificate that has expired',
    breaks: (api) => withCertificate(api, serving(['shop.shop-system.svc'], new Date(Date.now() - 100 * hour))),
    cause: /certificate in the Secret shop-tls expired on/,
    fix: /--rotate-certificate/,
  },
  {
    name: 'a caBundle of another authority',
    breaks: (api) => {
      api.objects[apiServicePath].spec.caBundle = Buffer.from(other.certificate).toString('base64')
      unavailable(api, 'x509: certificate signed by unknown authority')
    },
    cause: /no authority in caBundle signed the certificate/,
    fix: /kubectl apply -k/,
  },
  {
    name: 'no caBundle',
    breaks: (api) => delete api.objects[apiServicePath].spec.caBundle,
    cause: /has no caBundle/,
    fix: /apiserver-kit manifests/,
  },
  {
    name: 'a cluster without front proxy',
    breaks: (api) => {
      api.objects[configMapPath].data = {}
    },
    cause: /has no requestheader-client-ca-file/,
    fix: /--requestheader-client-ca-file/,
  },
  {
    name: 'a server that may ask for no access review',
    breaks: (api) => {
      api.refused.add('subjectaccessreviews')
      unavailable(api, 'bad status from https://10.0.0.1: 403')
    },
    cause: /may not create subjectaccessreviews/,
    fix: /--clusterrole=system:auth-delegator --serviceaccount=shop-system:shop$/,
  },
  {
    name: 'a network that lets nobody in',
    breaks: (api) =>
      unavailable(api, 'Get "https://10.0.0.1:8443/apis/shop.example.org/v1": context deadline exceeded'),
    cause: /kube-apiserver cannot reach the pods/,
    fix: /NetworkPolicies/,
  },
  {
    name: 'a server that does not serve the version',
    breaks: (api) => Reflect.deleteProperty(api.objects, groupPath),
    cause: /the server does not serve this version: .*404/,
    fix: /kubectl delete apiservice v1\.shop\.example\.org/,
  },
  {
    name: 'no schemas',
    breaks: (api) => {
      api.objects['/openapi/v3'] = { paths: {} }
    },
    cause: /has no apis\/shop\.example\.org\/v1/,
    fix: /must answer \/openapi\/v3/,
  },
]
