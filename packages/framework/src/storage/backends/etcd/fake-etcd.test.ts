import {
  Server,
  ServerCredentials,
  type handleBidiStreamingCall,
  type handleUnaryCall,
  type MethodDefinition,
  type ServerDuplexStream,
} from '@grpc/grpc-js'

/** What a call is answered with; undefined: nothing, ever. */
export type Answer = Buffer | { readonly code: number; readonly details: string } | undefined

export interface FakeCalls {
  /** By the last part of the path: `Range`, `Txn`, … */
  unary?(method: string, request: Buffer): Answer
  watch?(call: ServerDuplexStream<Buffer, Buffer>): void
}

const unaryPaths = [
  '/etcdserverpb.KV/Range',
  '/etcdserverpb.KV/Txn',
  '/etcdserverpb.KV/Compact',
  '/etcdserverpb.Lease/LeaseGrant',
  '/etcdserverpb.Maintenance/Status',
]

/** A server in this process that answers etcd's calls as a test wants. */
export class FakeEtcd {
  readonly #server: Server
  readonly port: number
  /** The methods that were called. */
  readonly called: string[]

  private constructor(server: Server, port: number, called: string[]) {
    this.#server = server
    this.port = port
    this.called = called
  }

  static async start(calls: FakeCalls, port = 0): Promise<FakeEtcd> {
    const server = new Server()
    const called: string[] = []
    for (const path of unaryPaths) {
      const name = path.slice(path.lastIndexOf('/') + 1)
      const answer: handleUnaryCall<Buffer, Buffer> = ({ request }, callback) => {
        called.push(name)
        const given = calls.unary?.(name, request)
        if (given) callback(Buffer.isBuffer(given) ? null : given, Buffer.isBuffer(given) ? given : null)
      }
      server.addService({ [name]: definition(path, false) }, { [name]: answer })
    }
    const watch: handleBidiStreamingCall<Buffer, Buffer> = (call) => {
      called.push('Watch')
      calls.watch?.(call)
    }
    server.addService({ Watch: definition('/etcdserverpb.Watch/Watch', true) }, { Watch: watch })
    const bound = await new Promise<number>((resolve, reject) => {
      server.bindAsync(`127.0.0.1:${String(port)}`, ServerCredentials.createInsecure(), (error, at) => {
        if (error) reject(error)
        else resolve(at)
      })
    })
    return new FakeEtcd(server, bound, called)
  }

  get address(): string {
    return `http://127.0.0.1:${String(this.port)}`
  }

  count(method: string): number {
    return this.called.filter((name) => name === method).length
  }

  stop(): void {
    this.#server.forceShutdown()
  }
}

function definition(path: string, streams: boolean): MethodDefinition<Buffer, Buffer> {
  const asIs = (bytes: Buffer): Buffer => bytes
  return {
    path,
    requestStream: streams,
    responseStream: streams,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  }
}
