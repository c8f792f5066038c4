/** Bytes before a value, for what a backend stores with it. */
export const valueRoom = 24

const roomy = new WeakSet<Buffer>()

/** A buffer for a value with {@link valueRoom} bytes before it: a backend that keeps rows need not copy a large value to put its header there. */
export function valueBuffer(length: number): Buffer {
  const value = Buffer.allocUnsafeSlow(valueRoom + length).subarray(valueRoom)
  roomy.add(value)
  return value
}

/** The value with the room before it, once; undefined where there is none, or it has been taken: the bytes there are somebody else's then. */
export const takeRoom = (value: Buffer): Buffer | undefined =>
  roomy.delete(value) ? withBytesBefore(value, valueRoom) : undefined

/** The value with bytes that stand before it in its memory. */
export const withBytesBefore = (value: Buffer, bytes: number): Buffer =>
  Buffer.from(value.buffer, value.byteOffset - bytes, bytes + value.length)
