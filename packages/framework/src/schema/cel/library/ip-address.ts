import { isIPv4, isIPv6 } from 'node:net'

/** An address as a number of 32 or 128 bits. */
export interface IpAddress {
  readonly value: bigint
  readonly bits: 32 | 128
}

/** Reads an address as Go's net/netip does, without zones. Undefined: it is none. */
export function parseIp(text: string): IpAddress | undefined {
  if (isIPv4(text)) return { value: dotted(text), bits: 32 }
  if (!isIPv6(text) || text.includes('%')) return undefined
  return { value: groups(text), bits: 128 }
}

/** `::ffff:1.2.3.4`, which Kubernetes' expressions refuse. */
export const isMapped = ({ value, bits }: IpAddress): boolean => bits === 128 && value >> 32n === 0xffffn

const dotted = (text: string): bigint => text.split('.').reduce((sum, part) => (sum << 8n) + BigInt(part), 0n)

function groups(text: string): bigint {
  const last = text.slice(text.lastIndexOf(':') + 1)
  const plain = last.includes('.') ? text.slice(0, -last.length) + hexPair(dotted(last)) : text
  const [head = '', tail] = plain.split('::')
  const front = head === '' ? [] : head.split(':')
  const back = tail === undefined || tail === '' ? [] : tail.split(':')
  const middle = tail === undefined ? [] : new Array<string>(8 - front.length - back.length).fill('0')
  return [...front, ...middle, ...back].reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n)
}

const hexPair = (value: bigint): string => `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`

/** The canonical text: the longest run of zeros is left out. */
export function formatIp({ value, bits }: IpAddress): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 0xffn)).join('.')
  const parts = Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16))
  let [start, length] = [0, 0]
  for (let i = 0; i < 8; i++) {
    let end = i
    while (parts[end] === '0') end++
    if (end - i > length) [start, length] = [i, end - i]
  }
  if (length < 2) return parts.join(':')
  return `${parts.slice(0, start).join(':')}::${parts.slice(start + length).join(':')}`
}

/** The address with all but its first `length` bits zero. */
export function maskIp({ value, bits }: IpAddress, length: number): IpAddress {
  const rest = BigInt(bits - length)
  return { value: (value >> rest) << rest, bits }
}
