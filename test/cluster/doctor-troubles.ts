import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import {
  createCertificate,
  type CertificateAndKey,
} from '../../packages/framework/src/server/serving/certificate-builder.ts'
import type { Cluster } from '../harness/cluster.ts'
import { eventually } from '../harness/eventually.ts'
import type { DeployedSetting } from './deployed-setting.ts'

const aggregator = '/apis/apiregistration.k8s.io/v1/apiservices'
const apiService = `${aggregator}/v1.shop.example.org`
const service = '/api/v1/namespaces/shop-system/services/shop'
const secret = '/api/v1/namespaces/shop-system/secrets/shop-tls'
const rbac = '/apis/rbac.authorization.k8s.io/v1'
const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const merge = { 'content-type': 'application/merge-patch+json' }
const hour = 3_600_000
const host = 'shop.shop-system.svc'

/** Something that is wrong with a deployed server, what the doctor shall say of it, and how it comes right again beside laying the manifests anew. */
export interface Trouble {
  readonly name: string
  readonly breaks: (setting: DeployedSetting) => Promise<unknown>
  readonly mends?: (setting: DeployedSetting) => Promise<unknown>
  /** The cluster itself sees no trouble. */
  readonly hidden?: boolean
  /** The APIService that is asked about. Default: that of the manifests. */
  readonly of?: string
  readonly cause: RegExp
  readonly fix: RegExp
}

export const troubles: readonly Trouble[] = [
  {
    name: 'an APIService that was never laid',
    breaks: ({ deployed }) => deployed.cluster.send('DELETE', apiService),
    cause: /there is no APIService v1\.shop\.example\.org/,
    fix: /kubectl apply -k/,
    hidden: true,
  },
  {
    name: 'an APIService that names another Service',
    breaks: (setting) => patch(setting, apiService, { spec: { service: { name: 'shoop' } } }),
    cause: /there is no Service shop-system\/shoop/,
    fix: /one of shop$/,
  },
  {
    name: 'a Service with another port',
    breaks: (setting) =>
      patch(setting, service, { spec: { ports: [{ name: 'https', port: 8443, targetPort: 'https' }] } }),
    // Laid anew it would have both.
    mends: (setting) =>
      patch(setting, service, { spec: { ports: [{ name: 'https', port: 443, targetPort: 'https' }] } }),
    cause: /has the port 8443, the APIService wants 443/,
    fix: /port of the APIService to 8443/,
  },
  {
    name: 'a selector that chooses nothing',
    breaks: (setting) => patch(setting, service, { spec: { selector: { 'app.kubernetes.io/name': 'shopp' } } }),
    cause: /selector of the Service \(.*name=shopp.*\) chooses no pod/,
    fix: /app\.kubernetes\.io\/name=shop/,
  },
  {
    name: 'an image that is nowhere',
    breaks: async ({ server }) => {
      await server.stop()
      await server.report({ waiting: { reason: 'ImagePullBackOff' } }, false)
    },
    mends: ({ server }) => server.start(),
    cause: /the image shop:\S+ of the pod shop-\S+ cannot be had \(ImagePullBackOff\)/,
    fix: /--image/,
  },
  {
    name: 'a server that may not read the trusted authorities',
    breaks: async ({ deployed, server }) => {
      await deployed.cluster.send('DELETE', `${rbac}/namespaces/kube-system/rolebindings/shop-auth-reader`)
      await server.restart(10_000)
    },
    mends: async ({ deployed, server }) => {
      await deployed.apply()
      await server.restart()
    },
    cause: /shop-system\/shop may not read the ConfigMap/,
    fix: /create rolebinding .*--role=extension-apiserver-authentication-reader --serviceaccount=shop-system:shop$/,
  },
  {
    name: 'a server that may ask for no access review',
    breaks: async ({ deployed, server }) => {
      await deployed.cluster.send('DELETE', `${rbac}/clusterrolebindings/shop:system:auth-delegator`)
      await server.restart()
    },
    cause: /may not create (tokenreviews|subjectaccessreviews)/,
    fix: /--clusterrole=system:auth-delegator --serviceaccount=shop-system:shop$/,
    // The availability controller is of system:masters, of whom nobody is asked.
    hidden: true,
  },
  {
    name: 'a server that ends for its own reasons',
    breaks: async ({ server }) => {
      await server.stop('SIGKILL')
      await server.report({ waiting: { reason: 'CrashLoopBackOff' } }, false)
    },
    mends: ({ server }) => server.start(),
    cause: /the pod shop-\S+ ends again and again/,
    fix: /logs shop-\S+ --previous/,
  },
  {
    name: 'a server that is gone, which its node has not seen yet',
    breaks: ({ server }) => server.stop('SIGKILL'),
    mends: ({ server }) => server.start(),
    cause: /kube-apiserver cannot reach the pods/,
    fix: /NetworkPolicies/,
  },
  {
    name: 'a network that lets nobody in',
    breaks: ({ deployed, server }) => {
      deployed.network.silence(server.ip, true)
      return Promise.resolve()
    },
    mends: ({ deployed, server }) => {
      deployed.network.silence(server.ip, false)
      return Promise.resolve()
    },
    cause: /kube-apiserver cannot reach the pods/,
    fix: /NetworkPolicies/,
  },
  {
    name: 'a certificate for another name',
    breaks: (setting) => serveWith(setting, ['localhost']),
    cause: /is for DNS:localhost, and the cluster asks for shop\.shop-system\.svc/,
    fix: /DNS:shop\.shop-system\.svc/,
  },
  {
    name: 'a certificate that has expired',
    breaks: (setting) => serveWith(setting, [host], new Date(Date.now() - hour)),
    cause: /certificate in the Secret shop-tls expired on/,
    fix: /--rotate-certificate/,
  },
  {
    name: 'a caBundle of another authority',
    breaks: (setting) => patch(setting, apiService, { spec: { caBundle: base64(authority('other').certificate) } }),
    cause: /no authority in caBundle signed the certificate/,
    fix: /kubectl apply -k/,
  },
  {
    name: 'no caBundle',
    breaks: (setting) => patch(setting, apiService, { spec: { caBundle: null } }),
    cause: /has no caBundle/,
    fix: /apiserver-kit manifests/,
  },
  {
    name: 'whoever answers is believed',
    breaks: (setting) => patch(setting, apiService, { spec: { caBundle: null, insecureSkipTLSVerify: true } }),
    mends: (setting) => patch(setting, apiService, { spec: { insecureSkipTLSVerify: null } }),
    cause: /insecureSkipTLSVerify/,
    fix: /give the APIService a caBundle/,
    hidden: true,
  },
  {
    name: 'a front proxy whose certificate is of no authority that the cluster tells of',
    breaks: ({ deployed: { cluster } }) => {
      frontProxy = filesOf(cluster).map((file) => readFileSync(file, 'utf8'))
      const request = { commonName: 'front-proxy-client', issuer: authority('other'), usages: ['clientAuth'] as const }
      const { certificate, key } = createCertificate({ ...request, ...validity() })
      writeFrontProxy(cluster, [certificate, key])
      return Promise.resolve()
    },
    mends: ({ deployed: { cluster } }) => {
      writeFrontProxy(cluster, frontProxy)
      return Promise.resolve()
    },
    cause: /does not believe the cluster's front proxy/,
    fix: /requestheader-client-ca-file/,
  },
  {
    name: 'a version that is not served',
    of: 'v2.shop.example.org',
    breaks: async ({ deployed }) => {
      const { body } = await deployed.cluster.send('GET', apiService)
      const spec = { ...body.spec, version: 'v2' }
      await deployed.cluster.send('POST', aggregator, { metadata: { name: 'v2.shop.example.org' }, spec })
    },
    mends: ({ deployed }) => deployed.cluster.send('DELETE', `${aggregator}/v2.shop.example.org`),
    cause: /the server does not serve this version: .*404/,
    fix: /kubectl delete apiservice v2\.shop\.example\.org/,
  },
  {
    name: 'a CustomResourceDefinition of the same group and version',
    breaks: async ({ deployed }) => {
      await deployed.cluster.send('DELETE', apiService)
      const made = await deployed.cluster.send('POST', crds, orderDefinition)
      if (made.status !== 201) throw new Error(made.text)
      await deployed.kubectl('apply', '-k', `${deployed.project.directory}/manifests/overlays/default`)
    },
    mends: async ({ deployed }) => {
      await deployed.cluster.send('DELETE', `${crds}/orders.shop.example.org`)
      await eventually('kube-apiserver has taken its APIService away', async () => {
        const { status } = await deployed.cluster.send('GET', apiService)
        return status === 404
      })
    },
    cause: /keeps v1\.shop\.example\.org for the CustomResourceDefinition orders\.shop\.example\.org/,
    fix: /kubectl delete customresourcedefinition orders\.shop\.example\.org/,
    hidden: true,
  },
  {
    name: 'something else that answers in the place of the server',
    breaks: async ({ deployed, server }) => {
      const { body } = await deployed.cluster.send('GET', secret)
      const pem = (name: string): Buffer => Buffer.from(body.data[name] as string, 'base64')
      impostor = createServer({ cert: pem('tls.crt'), key: pem('tls.key') }, (_, response) => response.end('{}'))
      await new Promise<void>((resolve) => impostor?.listen(0, '127.0.0.1', resolve))
      deployed.network.lead(server.ip, 8443, (impostor.address() as AddressInfo).port)
      await server.stop()
    },
    mends: async ({ deployed, server }) => {
      impostor?.close()
      impostor?.closeAllConnections()
      deployed.network.lead(server.ip, 8443, server.port)
      await server.start()
    },
    cause: /whoever answers is no extension API server/,
    fix: /what the Service chooses/,
    hidden: true,
  },
]

let impostor: Server | undefined
/** PEM of its certificate and key, as they were. */
let frontProxy: readonly string[] = []

const filesOf = ({ certificates }: Cluster): string[] =>
  ['crt', 'key'].map((ending) => certificates.path(`front-proxy-client.${ending}`))

/** kube-apiserver sees it by itself. */
function writeFrontProxy(cluster: Cluster, pem: readonly string[]): void {
  for (const [at, file] of filesOf(cluster).entries()) writeFileSync(file, pem[at] ?? '')
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const validity = (notAfter = new Date(Date.now() + 24 * hour)): { notBefore: Date; notAfter: Date } => ({
  notBefore: new Date(Date.now() - 48 * hour),
  notAfter,
})
const authority = (commonName: string): CertificateAndKey => createCertificate({ commonName, ca: {}, ...validity() })

async function patch({ deployed }: DeployedSetting, path: string, body: unknown): Promise<void> {
  const { status, text } = await deployed.cluster.send('PATCH', path, body, { headers: merge })
  if (status !== 200) throw new Error(text)
}

/** A certificate for those names, of an authority that the APIService trusts. */
async function serveWith(setting: DeployedSetting, names: readonly string[], notAfter?: Date): Promise<void> {
  const issuer = authority('shop-ca')
  const request = { commonName: 'shop', names, usages: ['serverAuth'] as const, issuer }
  const { certificate, key } = createCertificate({ ...request, ...validity(notAfter) })
  const data = { 'tls.crt': base64(certificate), 'tls.key': base64(key) }
  await patch(setting, secret, { data })
  await patch(setting, apiService, { spec: { caBundle: base64(issuer.certificate) } })
  await setting.server.mount()
  // What is connected already has seen another certificate.
  await setting.server.restart()
}

const orderDefinition = {
  metadata: { name: 'orders.shop.example.org' },
  spec: {
    group: 'shop.example.org',
    names: { kind: 'Order', plural: 'orders', singular: 'order', listKind: 'OrderList' },
    scope: 'Namespaced',
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
}
