import { constants, crc32, deflateRawSync, gzipSync } from 'node:zlib'

/** Bodies of up to this many bytes are sent as they are. Source: responsewriters/writers.go. */
export const gzipThresholdBytes = 128 * 1024

/**
 * Whether a body is compressed: where it is large and the client takes gzip. A weight makes `gzip;q=1` another word: only the bare one counts, as in
 * Kubernetes.
 */
export const isWorthCompressing = (bytes: number, acceptEncoding: string | undefined): boolean =>
  bytes > gzipThresholdBytes && takesGzip(acceptEncoding)

export const compress = (body: Buffer): Buffer => gzipSync(body, { level: 1 })

export const takesGzip = (acceptEncoding: string | undefined): boolean =>
  acceptEncoding?.split(',').some((token) => token.trim() === 'gzip') ?? false

/** RFC 1952: deflate, no flags, no time, the fastest level, an unknown system. */
const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255])
const lastBlock = Buffer.from([3, 0])

/**
 * One gzip file that grows: what was given so far can be read at once. (Of several members a client in Go shows the first when it has seen the header of
 * the next.)
 */
export class GzipStream {
  #crc = 0
  #size = 0

  /** What to send for some more bytes. */
  flush(bytes: Buffer): Buffer {
    const begin = this.#size === 0 ? header : Buffer.alloc(0)
    this.#crc = crc32(bytes, this.#crc)
    this.#size += bytes.length
    return Buffer.concat([begin, deflateRawSync(bytes, { level: 1, finishFlush: constants.Z_SYNC_FLUSH })])
  }

  /** What to send last. */
  end(): Buffer {
    const trailer = Buffer.alloc(8)
    trailer.writeUInt32LE(this.#crc, 0)
    trailer.writeUInt32LE(this.#size % 2 ** 32, 4)
    return Buffer.concat([this.#size === 0 ? header : Buffer.alloc(0), lastBlock, trailer])
  }
}
