import { EvaluationError } from '../cel-error.ts'
import { overFirst, overSecond } from '../cost.ts'
import { global, member, type Overload } from '../overload.ts'
import { Opaque, type Value } from '../value.ts'
import { formatIp, isMapped, maskIp, parseIp, type IpAddress } from './ip-address.ts'

const ipType = 'net.IP'
const cidrType = 'net.CIDR'

class Ip extends Opaque {
  override readonly typeName = ipType
  readonly address: IpAddress
  override readonly size: number

  constructor(address: IpAddress) {
    super()
    this.address = address
    this.size = address.bits / 8
  }

  equals(other: Opaque): boolean {
    return other instanceof Ip && same(other.address, this.address)
  }
}

class Cidr extends Opaque {
  override readonly typeName = cidrType
  readonly address: IpAddress
  readonly length: number
  override readonly size: number

  constructor(address: IpAddress, length: number) {
    super()
    this.address = address
    this.length = length
    this.size = Math.ceil(length / 8)
  }

  equals(other: Opaque): boolean {
    return other instanceof Cidr && same(other.address, this.address) && other.length === this.length
  }

  contains(address: IpAddress): boolean {
    return address.bits === this.address.bits && same(maskIp(address, this.length), maskIp(this.address, this.length))
  }
}

const same = (a: IpAddress, b: IpAddress): boolean => a.value === b.value && a.bits === b.bits
const address = (value: Value): IpAddress => (value instanceof Ip || value instanceof Cidr ? value.address : none)
const none: IpAddress = { value: 0n, bits: 32 }

/** Source: apiserver cel/library/ip.go, cidr.go. */
export const network: readonly Overload[] = [
  global('ip', ['string'], ipType, (text) => new Ip(ip(text)), overFirst()),
  global('isIP', ['string'], 'bool', (text) => isIp(text), overFirst()),
  global('ip.isCanonical', ['string'], 'bool', (text) => formatIp(ip(text)) === text, overFirst(2)),
  global('string', [ipType], 'string', (value) => formatIp(address(value))),
  member('family', [ipType], 'int', (value) => (address(value).bits === 32 ? 4n : 6n)),
  member('isUnspecified', [ipType], 'bool', (value) => address(value).value === 0n),
  member('isLoopback', [ipType], 'bool', (value) => isLoopback(address(value))),
  member('isLinkLocalMulticast', [ipType], 'bool', (value) => isLinkLocalMulticast(address(value))),
  member('isLinkLocalUnicast', [ipType], 'bool', (value) => isLinkLocalUnicast(address(value))),
  member('isGlobalUnicast', [ipType], 'bool', (value) => isGlobalUnicast(address(value))),
  global('cidr', ['string'], cidrType, cidr, overFirst()),
  global('isCIDR', ['string'], 'bool', (text) => parseCidr(text) !== undefined, overFirst()),
  global('string', [cidrType], 'string', cidrText),
  member('containsIP', [cidrType, 'string'], 'bool', (range, text) => contains(range, new Ip(ip(text))), overSecond),
  member('containsIP', [cidrType, ipType], 'bool', contains),
  member('containsCIDR', [cidrType, 'string'], 'bool', (range, text) => containsCidr(range, cidr(text)), overSecond),
  member('containsCIDR', [cidrType, cidrType], 'bool', containsCidr),
  member('ip', [cidrType], ipType, (value) => new Ip(address(value))),
  member('prefixLength', [cidrType], 'int', (value) => BigInt(value instanceof Cidr ? value.length : 0)),
  member('masked', [cidrType], cidrType, (value) =>
    value instanceof Cidr ? new Cidr(maskIp(value.address, value.length), value.length) : value,
  ),
]

function isIp(text: string): boolean {
  const parsed = parseIp(text)
  return parsed !== undefined && !isMapped(parsed)
}

function ip(text: string): IpAddress {
  const parsed = parseIp(text)
  if (!parsed) throw new EvaluationError(`IP Address ${JSON.stringify(text)} parse error during conversion from string`)
  if (isMapped(parsed)) throw new EvaluationError(`IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed`)
  return parsed
}

function parseCidr(text: string): Cidr | undefined {
  const [, start = '', digits = ''] = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? []
  const parsed = parseIp(start)
  return parsed && !isMapped(parsed) && Number(digits) <= parsed.bits ? new Cidr(parsed, Number(digits)) : undefined
}

function cidr(text: string): Cidr {
  const parsed = parseCidr(text)
  if (!parsed)
    throw new EvaluationError(`network address parse error during conversion from string: ${JSON.stringify(text)}`)
  return parsed
}

function cidrText(value: Value): string {
  return value instanceof Cidr ? `${formatIp(value.address)}/${String(value.length)}` : ''
}

function contains(range: Value, inside: Value): boolean {
  return range instanceof Cidr && range.contains(address(inside))
}

function containsCidr(range: Value, inside: Value): boolean {
  return (
    range instanceof Cidr && inside instanceof Cidr && range.length <= inside.length && range.contains(inside.address)
  )
}

function isLoopback({ value, bits }: IpAddress): boolean {
  return bits === 32 ? value >> 24n === 127n : value === 1n
}

function isMulticast({ value, bits }: IpAddress): boolean {
  return bits === 32 ? value >> 28n === 0xen : value >> 120n === 0xffn
}

function isLinkLocalMulticast({ value, bits }: IpAddress): boolean {
  return bits === 32 ? value >> 8n === 0xe00000n : value >> 120n === 0xffn && ((value >> 112n) & 0xfn) === 2n
}

function isLinkLocalUnicast({ value, bits }: IpAddress): boolean {
  return bits === 32 ? value >> 16n === 0xa9fen : value >> 118n === 0b1111111010n
}

/** Private addresses count as global ones. */
function isGlobalUnicast(one: IpAddress): boolean {
  const broadcast = one.bits === 32 && one.value === 0xffffffffn
  return one.value !== 0n && !broadcast && !isLoopback(one) && !isMulticast(one) && !isLinkLocalUnicast(one)
}
