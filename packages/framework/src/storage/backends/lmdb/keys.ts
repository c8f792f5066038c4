import { StorageError } from '../../storage-error.ts'

/** LMDB's own limit at pages of 4096 bytes (1978), less what the history adds to a key. */
export const maxKeyBytes = 1969

/** The bytes of a key that is to be written. Throws StorageError `TooLarge`, or `InvalidObject` for what cannot be a key. */
export function encodeKey(key: string): Buffer {
  const bytes = Buffer.from(key)
  if (bytes.length > maxKeyBytes)
    throw new StorageError('TooLarge', `a key has at most ${String(maxKeyBytes)} bytes`, { key })
  // The history ends each key with a zero; and a lone surrogate would become another key
  if (bytes.length === 0 || bytes.includes(0) || loneSurrogate.test(key))
    throw new StorageError('InvalidObject', 'a key is not empty, has no zero byte and is well-formed Unicode', { key })
  return bytes
}

/** A border of a range: any text, of any length. */
export function encodeBorder(key: string): Buffer {
  const bytes = Buffer.from(key)
  // No key is longer than maxKeyBytes, so that what follows only decides between equal beginnings
  if (bytes.length > maxKeyBytes) return bytes.subarray(0, maxKeyBytes + 1)
  return bytes.length === 0 ? Buffer.from([0]) : bytes
}

/** Tells in the order of UTF-8 bytes whether a key is in [start, end). */
export function rangeTest(start: string, end: string): (key: string) => boolean {
  // UTF-16 sorts otherwise only where both sides have something at or above the surrogates
  if (!beyondPlainOrder.test(start + end)) return (key) => key >= start && key < end
  const from = Buffer.from(start)
  const to = Buffer.from(end)
  return (key) => {
    const bytes = Buffer.from(key)
    return bytes.compare(from) >= 0 && bytes.compare(to) < 0
  }
}

const loneSurrogate = /\p{Surrogate}/u
const beyondPlainOrder = /[\ud800-\uffff]/
