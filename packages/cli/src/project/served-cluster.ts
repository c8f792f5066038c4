import { X509Certificate } from 'node:crypto'
import { UserError } from '../user-error.ts'
import { runInProject } from './run-in-project.ts'

/** A certificate, and when it ends. */
export interface CertificateFacts {
  readonly subject: string
  /** ISO 8601. */
  readonly expires: string
  readonly daysLeft: number
}

export interface ShownResource {
  readonly name: string
  readonly kind: string
  readonly namespaced: boolean
  readonly verbs: readonly string[]
}

export interface ShownApiService {
  readonly name: string
  readonly available: boolean
  readonly reason: string
  readonly message: string
  /** Of its caBundle, that which lives longest. */
  readonly authority?: CertificateFacts
}

/** One behind the Service of an APIService. */
export interface ShownPod {
  readonly namespace: string
  readonly name: string
  /** Pending, Running… */
  readonly phase: string
  readonly ready: boolean
  readonly restarts: number
}

/** What a kubeconfig's server answers about itself. */
export interface ShownServer {
  readonly server: string
  readonly version: string
  readonly servingCertificate?: CertificateFacts
  readonly clientCertificate?: CertificateFacts
  readonly versions: readonly { readonly groupVersion: string; readonly resources: readonly ShownResource[] }[]
  /** Empty where the server stands alone. */
  readonly apiServices: readonly ShownApiService[]
  /** Those that may be seen. */
  readonly pods: readonly ShownPod[]
}

interface Answer {
  readonly error?: string
  readonly server: string
  readonly version: string
  readonly serving?: string
  readonly client?: string
  readonly versions: ShownServer['versions']
  readonly apiServices: readonly {
    readonly metadata: { readonly name: string }
    readonly spec: { readonly caBundle?: string }
    readonly status?: { readonly conditions?: readonly Readonly<Record<string, string>>[] }
  }[]
  readonly pods: readonly {
    readonly metadata: { readonly namespace: string; readonly name: string }
    readonly status?: {
      readonly phase?: string
      readonly containerStatuses?: readonly { readonly ready: boolean; readonly restartCount: number }[]
    }
  }[]
}

/** The framework's own client asks: it knows every kind of kubeconfig. Behind a cluster only what is aggregated counts. */
const source = `
import { readFileSync } from 'node:fs'
import { connect } from 'node:tls'
const { Client, KubeConfig } = await import('@apiserver-kit/framework/client')
const pem = (source) => source === undefined ? undefined : source.file === undefined ? String(source.data ?? source) : readFileSync(source.file, 'utf8')
const servingCertificate = ({ protocol, hostname, port }) => new Promise((resolve) => {
  if (protocol !== 'https:') return resolve(undefined)
  const host = hostname.replace(/^\\[|\\]$/g, '')
  const socket = connect({ host, port: Number(port || 443), rejectUnauthorized: false, timeout: 5000 }, () => {
    const { raw } = socket.getPeerCertificate()
    socket.destroy()
    resolve(raw?.toString('base64'))
  })
  socket.on('error', () => resolve(undefined))
  socket.on('timeout', () => { socket.destroy(); resolve(undefined) })
})
try {
  const config = KubeConfig.load(input.kubeconfig, input.context === undefined ? {} : { context: input.context })
  const client = new Client(config)
  const get = (path) => client.request({ path })
  const { gitVersion } = await get('/version')
  const { groups } = await get('/apis')
  const services = groups.some(({ name }) => name === 'apiregistration.k8s.io')
    ? (await get('/apis/apiregistration.k8s.io/v1/apiservices')).items.filter(({ spec }) => spec.service)
    : undefined
  const served = groups.flatMap(({ versions }) => versions.map(({ groupVersion }) => groupVersion))
    .filter((groupVersion) => !services || services.some(({ spec }) => spec.group + '/' + spec.version === groupVersion))
  const versions = await Promise.all(served.map(async (groupVersion) => ({
    groupVersion,
    resources: await get('/apis/' + groupVersion).then(({ resources }) => resources, () => []),
  })))
  const addresses = new Set((services ?? []).map(({ spec }) => '/api/v1/namespaces/' + spec.service.namespace + '/services/' + spec.service.name))
  const pods = await Promise.all([...addresses].map(async (service) => {
    const { spec } = await get(service)
    const labels = Object.entries(spec.selector ?? {}).map((label) => label.join('=')).join()
    return labels === '' ? [] : (await get(service.replace(/services.*/, 'pods?labelSelector=' + encodeURIComponent(labels)))).items
  }).map((found) => found.catch(() => [])))
  const serving = await servingCertificate(new URL(config.server))
  answer({ server: config.server, version: gitVersion, versions, serving, client: pem(config.cert), apiServices: services ?? [], pods: pods.flat() })
} catch (error) {
  answer({ error: error.message })
}`

/** Throws a UserError that says which server does not answer. */
export async function servedCluster(
  directory: string,
  options: { readonly kubeconfig: string | undefined; readonly context: string | undefined },
): Promise<ShownServer> {
  const answer = (await runInProject(directory, source, options, 'the server could not be asked')) as Answer
  if (answer.error !== undefined)
    throw new UserError(
      `${answer.error}\nIs it running? Start it with \`npm start\`, or name another with --kubeconfig FILE.`,
    )
  const { server, version, versions, serving, client } = answer
  return {
    server,
    version,
    ...(serving === undefined ? {} : { servingCertificate: factsOf(Buffer.from(serving, 'base64')) }),
    ...(client === undefined ? {} : { clientCertificate: factsOf(client) }),
    versions: versions.map(({ groupVersion, resources }) => ({
      groupVersion,
      resources: resources.map(({ name, kind, namespaced, verbs }) => ({ name, kind, namespaced, verbs })),
    })),
    apiServices: answer.apiServices.map(apiServiceFacts),
    pods: answer.pods.map(podFacts),
  }
}

function podFacts({ metadata: { namespace, name }, status = {} }: Answer['pods'][number]): ShownPod {
  const { phase = 'Unknown', containerStatuses = [] } = status
  return {
    namespace,
    name,
    phase,
    ready: containerStatuses.length > 0 && containerStatuses.every(({ ready }) => ready),
    restarts: containerStatuses.reduce((sum, { restartCount }) => sum + restartCount, 0),
  }
}

function apiServiceFacts({ metadata, spec, status }: Answer['apiServices'][number]): ShownApiService {
  const available = status?.conditions?.find(({ type }) => type === 'Available')
  const [authority] = certificatesIn(Buffer.from(spec.caBundle ?? '', 'base64').toString())
    .map(factsOf)
    .sort((a, b) => b.daysLeft - a.daysLeft)
  return {
    name: metadata.name,
    available: available?.['status'] === 'True',
    reason: available?.['reason'] ?? 'Unknown',
    message: available?.['message'] ?? '',
    ...(authority ? { authority } : {}),
  }
}

const certificatesIn = (pem: string): string[] =>
  [...pem.matchAll(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)].map(([text]) => text)

function factsOf(certificate: string | Buffer): CertificateFacts {
  const { subject, validTo } = new X509Certificate(certificate)
  const expires = new Date(validTo)
  return {
    subject: /^CN=(.*)$/m.exec(subject)?.[1] ?? subject.replaceAll('\n', ', '),
    expires: expires.toISOString(),
    daysLeft: Math.floor((expires.getTime() - Date.now()) / 86_400_000),
  }
}
