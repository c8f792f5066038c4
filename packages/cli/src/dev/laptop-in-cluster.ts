import type { HttpClient, Json } from '../cluster/http-client.ts'
import { textAt } from '../cluster/members.ts'
import { UserError } from '../user-error.ts'

export interface LaptopPlace {
  readonly name: string
  readonly namespace: string
  /** Where the control plane reaches this machine. */
  readonly address: string
  readonly port: number
  /** PEM. */
  readonly authorities: string
  readonly versions: readonly { readonly group: string; readonly version: string }[]
}

interface Laid {
  readonly path: string
  readonly object: Json
}

/** The server of this machine, in the place of one that runs in a cluster: laid at the start, taken away at the end. */
export class LaptopInCluster {
  readonly #http: HttpClient
  readonly #place: LaptopPlace
  /** What to do at the end, the last first. */
  readonly #undo: (() => Promise<unknown>)[] = []

  constructor(http: HttpClient, place: LaptopPlace) {
    this.#http = http
    this.#place = place
  }

  /** Throws a UserError that says what the cluster does not allow; what was laid until then is taken away. */
  async lay(): Promise<void> {
    try {
      for (const laid of objectsOf(this.#place)) await this.#lay(laid)
    } catch (error) {
      await this.remove()
      throw error
    }
  }

  /** Whatever stood there before stands there again. May be called twice. */
  async remove(): Promise<void> {
    for (const undo of this.#undo.splice(0).reverse()) await undo()
  }

  async #lay({ path, object }: Laid): Promise<void> {
    const before = await this.#http.send('GET', path)
    const { status, json } = await this.#http.send('PATCH', `${path}?fieldManager=apiserver-kit-dev&force=true`, {
      body: object,
      contentType: 'application/apply-patch+yaml',
    })
    if (status >= 300) throw new UserError(`the cluster does not take ${path}: ${textAt(json, 'message')}`)
    this.#undo.push(() => (before.status === 200 ? this.#restore(path, before.json) : this.#http.send('DELETE', path)))
  }

  /** What it says, without whose it was: other fields may have changed since. */
  async #restore(path: string, before: Json): Promise<void> {
    const { spec, endpoints, ports } = before
    const body = Object.fromEntries(
      Object.entries({ spec, endpoints, ports }).filter(([, value]) => value !== undefined),
    )
    if (Object.keys(body).length)
      await this.#http.send('PATCH', path, { body, contentType: 'application/merge-patch+json' })
  }
}

function objectsOf({ name, namespace, address, port, authorities, versions }: LaptopPlace): Laid[] {
  const labels = { 'app.kubernetes.io/managed-by': 'apiserver-kit-dev' }
  const metadata = { name, namespace, labels }
  return [
    {
      path: `/api/v1/namespaces/${namespace}`,
      object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } },
    },
    {
      path: `/api/v1/namespaces/${namespace}/services/${name}`,
      // Without a selector: its endpoints are what follows.
      object: {
        apiVersion: 'v1',
        kind: 'Service',
        metadata,
        spec: { ports: [{ name: 'https', port: 443, targetPort: port }] },
      },
    },
    {
      path: `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices/${name}`,
      object: {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { ...metadata, labels: { ...labels, 'kubernetes.io/service-name': name } },
        addressType: address.includes(':') ? 'IPv6' : 'IPv4',
        endpoints: [{ addresses: [address], conditions: { ready: true } }],
        ports: [{ name: 'https', port, protocol: 'TCP' }],
      },
    },
    ...versions.map(({ group, version }, at) => ({
      path: `/apis/apiregistration.k8s.io/v1/apiservices/${version}.${group}`,
      object: {
        apiVersion: 'apiregistration.k8s.io/v1',
        kind: 'APIService',
        metadata: { name: `${version}.${group}`, labels },
        spec: {
          group,
          version,
          groupPriorityMinimum: 1000,
          versionPriority: Math.max(1, 100 - at),
          service: { name, namespace, port: 443 },
          caBundle: Buffer.from(authorities).toString('base64'),
        },
      },
    })),
  ]
}
