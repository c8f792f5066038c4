import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request, type RequestOptions } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import type { AdmissionAttributes } from '../../auth/admission/attributes.ts'
import { admissionForbidden, type AdmissionPlugin } from '../../auth/admission/plugin.ts'
import type { Subresource } from '../../registry/subresource.ts'
import { StoredResource } from '../../registry/stored-resource.ts'
import { defineKind, type ObjectOf } from '../../schema/kind.ts'
import { Type } from '../../schema/type-helpers.ts'
import { MemoryBackend } from '../../storage/backends/memory/index.ts'
import { ApiServer } from '../api-server.ts'
import type { ApiServerOptions } from '../options.ts'

/** A server with one kind, whose subresources are under test. */

export const Machine = defineKind({
  group: 'lab.example.com',
  version: 'v1',
  kind: 'Machine',
  plural: 'machines',
  schema: Type.Object({ spec: Type.Optional(Type.Object({ size: Type.Optional(Type.Integer()) })) }),
})
export type Machine = ObjectOf<typeof Machine>

class MachineResource extends StoredResource<Machine> {
  readonly storageVersion = Machine
  override readonly subresources: readonly Subresource<Machine>[]

  constructor(subresources: readonly Subresource<Machine>[]) {
    super()
    this.subresources = subresources
  }
}

/** Remembers what was admitted, and refuses what it is told to. */
export class Witness implements AdmissionPlugin {
  readonly name = 'Witness'
  /** The name of a subresource. */
  refuses = ''
  readonly seen: AdmissionAttributes[] = []
  handles(): boolean {
    return true
  }
  validate(attributes: AdmissionAttributes): Promise<void> {
    if (attributes.resource.resource === 'machines') this.seen.push(attributes)
    if (this.refuses !== '' && attributes.subresource === this.refuses)
      return Promise.reject(admissionForbidden(attributes, 'as asked'))
    return Promise.resolve()
  }
}

export interface Answer {
  readonly code: number
  readonly headers: IncomingMessage['headers']
  readonly text: string
}

export class Lab {
  readonly witness = new Witness()
  readonly server: ApiServer
  readonly #certDir = mkdtempSync(join(tmpdir(), 'subresources-'))
  tls: { cert: Buffer; key: Buffer; ca: Buffer } | undefined

  constructor(subresources: readonly Subresource<Machine>[], options: Partial<ApiServerOptions> = {}) {
    this.server = new ApiServer({
      backend: new MemoryBackend(),
      securePort: 0,
      bindAddress: '127.0.0.1',
      certDir: this.#certDir,
      admission: [this.witness],
      ...options,
    }).install(new MachineResource(subresources))
  }

  async start(): Promise<void> {
    await this.server.listen()
    const file = (name: string): Buffer => readFileSync(join(this.#certDir, name))
    this.tls = { cert: file('admin.crt'), key: file('admin.key'), ca: file('ca.crt') }
    const one = { apiVersion: Machine.apiVersion, kind: 'Machine', metadata: { name: 'one' } }
    const { code, text } = await this.send('', { method: 'POST' }, one)
    if (code !== 201) throw new Error(text)
  }

  async stop(): Promise<void> {
    await this.server.close()
    rmSync(this.#certDir, { recursive: true })
  }

  /** Below the machines of the namespace default; a path that begins with a slash is the whole path. */
  url(path: string): string {
    if (path.startsWith('/api') || path.startsWith('/openapi') || path.startsWith('/metrics'))
      return `${this.server.url}${path}`
    return `${this.server.url}/apis/lab.example.com/v1/namespaces/default/machines${path}`
  }

  /** Until the headers of the answer are there. */
  async begin(path: string, options: RequestOptions = {}, body?: unknown): Promise<IncomingMessage> {
    const { headers, ...others } = options
    const outgoing = request(this.url(path), {
      ...this.tls,
      agent: false,
      headers: { 'content-type': 'application/json', ...(headers as object) },
      ...others,
    })
    outgoing.on('error', () => undefined)
    outgoing.end(body === undefined ? undefined : JSON.stringify(body))
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
    return response
  }

  async send(path: string, options: RequestOptions = {}, body?: unknown): Promise<Answer> {
    const response = await this.begin(path, options, body)
    let text = ''
    for await (const chunk of response) text += String(chunk)
    return { code: response.statusCode ?? 0, headers: response.headers, text }
  }

  /** The connection after a 101. */
  async upgrade(path: string, protocol: string, options: RequestOptions = {}): Promise<[IncomingMessage, Duplex]> {
    const headers = { connection: 'Upgrade', upgrade: protocol }
    const outgoing = request(this.url(path), { ...this.tls, agent: false, headers, ...options })
    outgoing.end()
    const [response, socket] = (await once(outgoing, 'upgrade')) as [IncomingMessage, Duplex]
    return [response, socket]
  }
}

export const json = (answer: Answer): Record<string, unknown> => JSON.parse(answer.text) as Record<string, unknown>
