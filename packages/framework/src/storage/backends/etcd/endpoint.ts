import {
  Client,
  connectivityState,
  credentials,
  Metadata,
  type ChannelCredentials,
  type ClientDuplexStream,
  type ClientOptions,
} from '@grpc/grpc-js'
import { decodeCompaction, decodeLeaseGrant, decodeRange, decodeStatus, decodeTxn } from './messages.ts'
import { decodeWatch, type WatchResponse } from './watch-messages.ts'

/** A call of etcd's API: its path, and how its answer is read. What is sent is encoded before. */
export interface Method<R> {
  readonly path: string
  readonly decode: (bytes: Buffer) => R
}

export const methods = {
  range: { path: '/etcdserverpb.KV/Range', decode: decodeRange },
  txn: { path: '/etcdserverpb.KV/Txn', decode: decodeTxn },
  compact: { path: '/etcdserverpb.KV/Compact', decode: decodeCompaction },
  leaseGrant: { path: '/etcdserverpb.Lease/LeaseGrant', decode: decodeLeaseGrant },
  status: { path: '/etcdserverpb.Maintenance/Status', decode: decodeStatus },
} as const

export interface TlsFiles {
  readonly ca?: Buffer
  readonly cert?: Buffer
  readonly key?: Buffer
}

export interface Keepalive {
  readonly timeSeconds: number
  readonly timeoutSeconds: number
}

/** A watch's stream; what is written to it is encoded before. */
export type WatchCall = ClientDuplexStream<Buffer, WatchResponse>

/** A larger request than etcd takes by default fails here, with the same outcome. */
const maxSendBytes = 2 * 1024 * 1024
const flowControlBytes = 1024 * 1024
const statusSeconds = 2

/** One server of the cluster, over one connection. */
export class Endpoint {
  readonly #client: Client
  readonly #metadata = new Metadata()
  #progressIsSafe: Promise<boolean> | undefined

  /** `server` as `https://host:2379`, `http://host:2379`, or `host:2379`, which means TLS if there are certificates. */
  constructor(server: string, tls: TlsFiles, keepalive: Keepalive) {
    const { address, secure } = parseServer(server, tls.ca !== undefined || tls.cert !== undefined)
    this.#client = new Client(address, secure ? secureChannel(tls) : credentials.createInsecure(), {
      'grpc.max_receive_message_length': -1,
      'grpc.max_send_message_length': maxSendBytes,
      'grpc.keepalive_time_ms': keepalive.timeSeconds * 1000,
      'grpc.keepalive_timeout_ms': keepalive.timeoutSeconds * 1000,
      'grpc.initial_reconnect_backoff_ms': 250,
      'grpc.max_reconnect_backoff_ms': 3000,
      'grpc-node.flow_control_window': flowControlBytes,
      'grpc.use_local_subchannel_pool': 1,
      'grpc.enable_http_proxy': 0,
      // A service configuration found in the DNS could ask for retries, and a write is never to be doubled
      'grpc.service_config_disable_resolution': 1,
    } satisfies ClientOptions)
    // A member without a leader is to say so at once, instead of letting the call wait
    this.#metadata.set('hasleader', 'true')
  }

  /** Whether there is a connection; waits until there is, or it is clear that there is none, at most `milliseconds`. */
  async connect(milliseconds: number): Promise<boolean> {
    const channel = this.#client.getChannel()
    const until = Date.now() + milliseconds
    let state = channel.getConnectivityState(true)
    while (state !== connectivityState.READY) {
      if (state === connectivityState.TRANSIENT_FAILURE || state === connectivityState.SHUTDOWN) return false
      const before = state
      const changed = await new Promise<boolean>((resolve) => {
        channel.watchConnectivityState(before, until, (error) => {
          resolve(!error)
        })
      })
      if (!changed) return false
      state = channel.getConnectivityState(true)
    }
    return true
  }

  /** Rejects with a ServiceError. */
  call<R>({ path, decode }: Method<R>, request: Buffer, milliseconds: number): Promise<R> {
    return new Promise((resolve, reject) => {
      const options = { deadline: Date.now() + milliseconds }
      this.#client.makeUnaryRequest(path, asIs, decode, request, this.#metadata, options, (error, response) => {
        if (error) reject(error)
        else if (response === undefined) reject(new Error('etcd: there was no response'))
        else resolve(response)
      })
    })
  }

  watch(): WatchCall {
    return this.#client.makeBidiStreamRequest('/etcdserverpb.Watch/Watch', asIs, decodeWatch, this.#metadata)
  }

  /**
   * Whether a progress request is answered after all events up to the revision that the answer tells. Servers before
   * 3.4.31 and 3.5.13 may answer too early. Source: storage/feature/feature_support_checker.go.
   */
  progressIsSafe(): Promise<boolean> {
    this.#progressIsSafe ??= this.call(methods.status, Buffer.alloc(0), statusSeconds * 1000).then(
      isProgressSafe,
      () => {
        // Asked again next time
        this.#progressIsSafe = undefined
        return false
      },
    )
    return this.#progressIsSafe
  }

  close(): void {
    this.#client.close()
  }
}

const asIs = (bytes: Buffer): Buffer => bytes

export function isProgressSafe(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split(/[.\-+]/).map(Number)
  if (major !== 3 || minor > 5) return major >= 3
  if (minor === 5) return patch >= 13
  return minor === 4 && patch >= 31
}

export function parseServer(server: string, hasCertificates: boolean): { address: string; secure: boolean } {
  const [, scheme, address] = /^(?:(https?):\/\/)?([^/\s]+)\/?$/.exec(server) ?? []
  if (!address) throw new TypeError(`"${server}" is no etcd server: as https://host:2379`)
  const secure = scheme === undefined ? hasCertificates : scheme === 'https'
  return { address: /:\d+$/.test(address) ? address : `${address}:2379`, secure }
}

function secureChannel({ ca, cert, key }: TlsFiles): ChannelCredentials {
  return credentials.createSsl(ca ?? null, key ?? null, cert ?? null)
}
