import { gzipSync } from 'node:zlib'

/** Bodies of up to this many bytes are sent as they are. Source: responsewriters/writers.go. */
export const gzipThresholdBytes = 128 * 1024

/**
 * The compressed body where that is worth it and the client takes gzip, else undefined. A weight makes `gzip;q=1`
 * another word: only the bare one counts, as in Kubernetes.
 */
export function compressed(body: Buffer, acceptEncoding: string | undefined): Buffer | undefined {
  return body.length > gzipThresholdBytes && takesGzip(acceptEncoding) ? gzipMember(body) : undefined
}

export const takesGzip = (acceptEncoding: string | undefined): boolean =>
  acceptEncoding?.split(',').some((token) => token.trim() === 'gzip') ?? false

/** A whole gzip file; several, one behind the other, are one as well. */
export const gzipMember = (bytes: Buffer): Buffer => gzipSync(bytes, { level: 1 })
