import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, type ClientHttp2Session, type OutgoingHttpHeaders } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import type { Resource } from '../../registry/resource.ts'
import { ScaleSubresource } from '../../registry/scale-subresource.ts'
import { StatusSubresource } from '../../registry/status-subresource.ts'
import { StoredResource } from '../../registry/stored-resource.ts'
import { defineKind, type ObjectOf } from '../../schema/kind.ts'
import { Type } from '../../schema/type-helpers.ts'
import { MemoryBackend } from '../../storage/backends/memory/index.ts'
import { isObject, parseJson, type JsonObject, type JsonValue } from '../../util/json.ts'
import { ApiServer } from '../api-server.ts'
import type { ApiServerOptions } from '../options.ts'

/** A server with one kind, spoken to over the wire: for what only a whole request shows. */

export const Crate = defineKind({
  group: 'depot.example.com',
  version: 'v1',
  kind: 'Crate',
  plural: 'crates',
  columns: [{ name: 'Weight', type: 'integer', jsonPath: '.spec.weight' }],
  schema: Type.Object({
    spec: Type.Optional(
      Type.Object({
        weight: Type.Optional(Type.Int64()),
        label: Type.Optional(Type.String()),
        replicas: Type.Optional(Type.Int32()),
        anything: Type.Optional(Type.Preserved()),
        parts: Type.Optional(
          Type.Array(Type.Object({ name: Type.String(), size: Type.Optional(Type.Int64()) }), {
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['name'],
            'x-kubernetes-patch-strategy': 'merge',
            'x-kubernetes-patch-merge-key': 'name',
          }),
        ),
      }),
    ),
    status: Type.Optional(Type.Object({ seen: Type.Optional(Type.Int64()), replicas: Type.Optional(Type.Int32()) })),
  }),
})
export type Crate = ObjectOf<typeof Crate>

export class CrateResource extends StoredResource<Crate> {
  readonly storageVersion = Crate
  override readonly strategicMergePatch = true
  override readonly subresources = [
    new StatusSubresource<Crate>(),
    new ScaleSubresource<Crate>({ specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' }),
  ]
}

export interface Answer {
  readonly code: number
  readonly contentType: string
  readonly warning: string
  readonly bytes: Buffer
  readonly text: string
  /** `{}` for what is no JSON object. */
  readonly object: JsonObject
  readonly message: string
}

export interface Sent {
  readonly body?: JsonValue | Buffer
  readonly headers?: OutgoingHttpHeaders
}

export class Depot {
  readonly crates = '/apis/depot.example.com/v1/namespaces/default/crates'
  readonly server: ApiServer
  readonly #directory = mkdtempSync(join(tmpdir(), 'depot-'))
  #session: ClientHttp2Session | undefined

  constructor(options: Partial<ApiServerOptions> = {}, resources: readonly Resource[] = [new CrateResource()]) {
    this.server = new ApiServer({
      backend: new MemoryBackend(),
      securePort: 0,
      bindAddress: '127.0.0.1',
      certDir: this.#directory,
      log: pino({ level: 'silent' }),
      ...options,
    })
    for (const resource of resources) this.server.install(resource)
  }

  /** That of the administrator, and the authority of the server. */
  get identity(): { readonly ca: Buffer; readonly cert: Buffer; readonly key: Buffer } {
    const file = (name: string): Buffer => readFileSync(join(this.#directory, name))
    return { ca: file('ca.crt'), cert: file('admin.crt'), key: file('admin.key') }
  }

  async start(): Promise<void> {
    await this.server.listen()
    this.#session = connect(this.server.url, this.identity)
  }

  async stop(): Promise<void> {
    this.#session?.close()
    await this.server.close()
    rmSync(this.#directory, { recursive: true, force: true })
  }

  /** A Buffer and a text are sent as they are, everything else as JSON. A path without a slash is below the crates. */
  async send(method: string, path: string, { body, headers = {} }: Sent = {}): Promise<Answer> {
    if (!this.#session) throw new Error('start first')
    const stream = this.#session.request(
      {
        ':method': method,
        ':path': path.startsWith('/')
          ? path
          : `${this.crates}${path === '' || path.startsWith('?') ? path : `/${path}`}`,
        'user-agent': 'depot/1',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      { endStream: body === undefined },
    )
    const answered = new Promise<Answer>((resolve, reject) => {
      let code = 0
      let contentType = ''
      let warning = ''
      const chunks: Buffer[] = []
      stream.on('response', (answer) => {
        code = answer[':status'] ?? 0
        contentType = answer['content-type'] ?? ''
        warning = [answer['warning'] ?? []].flat().join(', ')
      })
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('error', reject)
      stream.on('end', () => {
        const bytes = Buffer.concat(chunks)
        const object = objectIn(bytes)
        const message = typeof object['message'] === 'string' ? object['message'] : ''
        resolve({ code, contentType, warning, bytes, text: bytes.toString(), object, message })
      })
    })
    if (body !== undefined) stream.end(Buffer.isBuffer(body) || typeof body === 'string' ? body : JSON.stringify(body))
    return answered
  }

  /** Creates a crate, and throws where that fails. */
  async create(name: string, spec: JsonObject = {}, metadata: JsonObject = {}): Promise<JsonObject> {
    const { code, object, text } = await this.send('POST', '', { body: crate(name, spec, metadata) })
    if (code !== 201) throw new Error(text)
    return object
  }
}

export const crate = (name: string, spec: JsonObject = {}, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: Crate.apiVersion,
  kind: 'Crate',
  metadata: { name, ...metadata },
  spec,
})

function objectIn(bytes: Buffer): JsonObject {
  try {
    const value = parseJson(bytes)
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}
