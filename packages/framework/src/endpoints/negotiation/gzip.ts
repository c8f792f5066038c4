import { gzipSync } from 'node:zlib'

/** Bodies of up to this many bytes are sent as they are. Source: responsewriters/writers.go. */
export const gzipThresholdBytes = 128 * 1024

/**
 * The compressed body where that is worth it and the client takes gzip, else undefined. A weight makes `gzip;q=1`
 * another word: only the bare one counts, as in Kubernetes.
 */
export function compressed(body: Buffer, acceptEncoding: string | undefined): Buffer | undefined {
  if (body.length <= gzipThresholdBytes || acceptEncoding === undefined) return undefined
  const takes = acceptEncoding.split(',').some((token) => token.trim() === 'gzip')
  return takes ? gzipSync(body, { level: 1 }) : undefined
}
