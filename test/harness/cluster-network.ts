import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import type { Cluster } from './cluster.ts'

const refused = 'HTTP/1.1 503 Service Unavailable\r\n\r\n'

/**
 * What kube-proxy and the network between nodes are elsewhere. kube-apiserver asks it for every connection into the cluster, as it asks
 * konnectivity: by CONNECT, over a Unix socket. A Service's address leads to a ready endpoint, and an endpoint's to a port of this machine.
 */
export class ClusterNetwork {
  /** For kube-apiserver's --egress-selector-config-file. */
  readonly configuration: string
  readonly #folder = mkdtempSync(join(tmpdir(), 'network-'))
  readonly #server = createServer()
  readonly #sockets = new Set<Duplex>()
  readonly #ports = new Map<string, number>()
  readonly #silent = new Set<string>()
  #cluster: Cluster | undefined

  constructor() {
    const socket = join(this.#folder, 'socket')
    this.configuration = join(this.#folder, 'egress.json')
    const connection = { proxyProtocol: 'HTTPConnect', transport: { uds: { udsName: socket } } }
    const version = { apiVersion: 'apiserver.k8s.io/v1beta1', kind: 'EgressSelectorConfiguration' }
    writeFileSync(
      this.configuration,
      JSON.stringify({ ...version, egressSelections: [{ name: 'cluster', connection }] }),
    )
    this.#server.on('connect', (request: IncomingMessage, client: Duplex) => {
      this.#sockets.add(client)
      client.on('error', () => undefined).on('close', () => this.#sockets.delete(client))
      void this.#connect(request.url ?? '', client)
    })
    this.#server.listen(socket)
  }

  /** Whose Services it knows. */
  attach(cluster: Cluster): void {
    this.#cluster = cluster
  }

  /** Whoever has that address in the cluster is on this machine, at that port. */
  lead(address: string, port: number, localPort = port): void {
    this.#ports.set(`${address}:${String(port)}`, localPort)
  }

  /** As a firewall that drops what is sent to that address. */
  silence(address: string, silent: boolean): void {
    if (silent) this.#silent.add(address)
    else this.#silent.delete(address)
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    await closed
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #connect(authority: string, client: Duplex): Promise<void> {
    const [, host = '', port = ''] = /^\[?([^\]]*?)\]?:(\d+)$/.exec(authority) ?? []
    const target = await this.#target(host, Number(port)).catch(() => undefined)
    if (target === 'nobody answers') return
    if (target === undefined) return void client.end(refused)
    const socket: Socket = connect(target, '127.0.0.1')
    socket.once('connect', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n')
      socket.pipe(client).pipe(socket)
    })
    socket.on('error', () => client.end(refused)).on('close', () => client.destroy())
    client.on('close', () => socket.destroy())
  }

  async #target(host: string, port: number): Promise<number | undefined | 'nobody answers'> {
    if (host === 'localhost' || host === '127.0.0.1') return port
    const [address, at] = await this.#endpointOf(host, port)
    return this.#silent.has(address) ? 'nobody answers' : this.#ports.get(`${address}:${String(at)}`)
  }

  /** An address of no Service is taken for that of an endpoint. */
  async #endpointOf(host: string, port: number): Promise<[address: string, port: number]> {
    const { items } = await this.#get('/api/v1/services')
    const service = items.find(({ spec }: any) => spec.clusterIP === host)
    if (!service) return [host, port]
    const { name, namespace } = service.metadata as Record<string, string>
    const wanted = service.spec.ports.find((one: any) => one.port === port)?.name ?? ''
    const selector = `labelSelector=kubernetes.io/service-name%3D${name ?? ''}`
    const slices = await this.#get(`/apis/discovery.k8s.io/v1/namespaces/${namespace ?? ''}/endpointslices?${selector}`)
    for (const { endpoints, ports } of slices.items) {
      const ready = (endpoints ?? []).find(({ conditions }: any) => conditions?.ready !== false)
      const at = (ports ?? []).find((one: any) => (one.name ?? '') === wanted)
      if (ready && at) return [ready.addresses[0] as string, at.port as number]
    }
    return ['', 0]
  }

  async #get(path: string): Promise<any> {
    if (!this.#cluster) throw new Error('no cluster is attached')
    return (await this.#cluster.send('GET', path)).body
  }
}
