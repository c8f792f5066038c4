import { setTimeout as sleep } from 'node:timers/promises'
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

const manager = 'apiserver-kit-dev'
const managedBy = 'app.kubernetes.io/managed-by'
/** On what is laid: what stood there before, as JSON. A run that ended without taking it away left it to the next one. */
const replaced = 'apiserver-kit-dev/replaced'
const terminatingMs = 60_000

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
    const before = await this.#before(path)
    const { status, json } = await this.#http.send('PATCH', `${path}?fieldManager=${manager}&force=true`, {
      body: before === undefined ? object : withAnnotation(object, before),
      contentType: 'application/apply-patch+yaml',
    })
    if (status >= 300) throw new UserError(`the cluster does not take ${path}: ${textAt(json, 'message')}`)
    this.#undo.push(() => (before === undefined ? this.#http.send('DELETE', path) : this.#restore(path, before)))
  }

  /** What somebody else has at that place; undefined where nobody has, or only a run of this command that could not clear up. */
  async #before(path: string): Promise<Json | undefined> {
    const deadline = Date.now() + terminatingMs
    let { status, json } = await this.#http.send('GET', path)
    // A run that has just ended deletes its namespace.
    while (status === 200 && textAt(json, 'metadata', 'deletionTimestamp') !== '' && Date.now() < deadline) {
      await sleep(500)
      ;({ status, json } = await this.#http.send('GET', path))
    }
    if (status !== 200) return undefined
    const left = textAt(json, 'metadata', 'annotations', replaced)
    if (left !== '') return JSON.parse(left) as Json
    if (textAt(json, 'metadata', 'labels', managedBy) === manager) return undefined
    const { spec, endpoints, ports } = json
    const label = textAt(json, 'metadata', 'labels', managedBy)
    return { metadata: { labels: { [managedBy]: label === '' ? null : label } }, spec, endpoints, ports }
  }

  /** What it says, without whose it was: other fields may have changed since. */
  async #restore(path: string, before: Json): Promise<void> {
    const metadata = { ...(before['metadata'] as object), annotations: { [replaced]: null } }
    const body = { ...before, metadata }
    await this.#http.send('PATCH', path, { body, contentType: 'application/merge-patch+json' })
  }
}

const withAnnotation = (object: Json, before: Json): Json => ({
  ...object,
  metadata: { ...(object['metadata'] as object), annotations: { [replaced]: JSON.stringify(before) } },
})

function objectsOf({ name, namespace, address, port, authorities, versions }: LaptopPlace): Laid[] {
  const labels = { [managedBy]: manager }
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
