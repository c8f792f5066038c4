import { isIPv6 as isNodeIPv6 } from 'node:net'
import { compilePattern, type Matcher } from './reg-exp.ts'

/** Names and addresses of the net, as Go's net, net/url and net/mail read them. */

/** Four decimals up to 255, with leading zeros allowed, or an IPv6 address that ends in such. */
export function isIPv4(text: string): boolean {
  return text.includes('.') && (isDotted(text) || isIPv6(text))
}

const isDotted = (text: string): boolean =>
  /^[0-9]+(?:\.[0-9]+){3}$/.test(text) && text.split('.').every((part) => Number(part) <= 255)

/** Zones (`fe80::1%eth0`) are no part of an address. */
export function isIPv6(text: string): boolean {
  return text.includes(':') && !text.includes('%') && isNodeIPv6(text)
}

export function isCidr(text: string): boolean {
  const slash = text.indexOf('/')
  const [address, length] = [text.slice(0, Math.max(slash, 0)), text.slice(slash + 1)]
  if (slash < 0 || !/^[0-9]+$/.test(length)) return false
  return isDotted(address) ? Number(length) <= 32 : isIPv6(address) && Number(length) <= 128
}

/** 6, 8 or 20 bytes, in pairs of digits, in fours with dots between, or without anything between. Source: net.ParseMAC. */
export function isMac(text: string): boolean {
  const pairs = /^[0-9a-fA-F]{2}(?:(?::[0-9a-fA-F]{2})+|(?:-[0-9a-fA-F]{2})+)$/.test(text)
  const fours = /^[0-9a-fA-F]{4}(?:\.[0-9a-fA-F]{4})+$/.test(text)
  const plain = /^[0-9a-fA-F]+$/.test(text)
  return (pairs || fours || plain) && [12, 16, 40].includes(text.replace(/[^0-9a-fA-F]/g, '').length)
}

const hostnamePattern =
  '^([a-zA-Z0-9\\p{S}\\p{L}]((-?[a-zA-Z0-9\\p{S}\\p{L}]{0,62})?)|([a-zA-Z0-9\\p{S}\\p{L}](([a-zA-Z0-9-\\p{S}\\p{L}]{0,61}[a-zA-Z0-9\\p{S}\\p{L}])?)(\\.)){1,}([a-zA-Z\\p{L}]){2,63})$'
/** Compiled when somebody first asks: few kinds do, and it takes a while. */
let hostname: Matcher | undefined

export function isHostname(text: string): boolean {
  const bytes = (part: string): number => Buffer.byteLength(part)
  return (
    bytes(text) <= 255 &&
    text.split('.').every((part) => bytes(part) <= 63) &&
    (hostname ??= compilePattern(hostnamePattern))(text)
  )
}

const atext = "A-Za-z0-9!#$%&'*+/=?^_`{|}~\\-\\u0080-\\u{10ffff}"
const atoms = `[${atext}]+(?:\\.[${atext}]+)*`
const quoted = '"(?:[^"\\\\\\u0000-\\u001f]|\\\\[^\\u0000-\\u001f])*"'
const address = new RegExp(`^(?:${atoms}|${quoted})@(?:${atoms}|\\[[^\\[\\]\\\\\\s]+\\])$`, 'u')
const displayName = new RegExp(`^(?:[${atext}. \\t]|${quoted})*$`, 'u')

/** An address, alone, or between angles after a name. */
export function isEmail(text: string): boolean {
  const trimmed = text.trim()
  if (address.test(trimmed)) return true
  const open = trimmed.lastIndexOf('<')
  if (open < 0 || !trimmed.endsWith('>') || trimmed.length > 4096) return false
  return address.test(trimmed.slice(open + 1, -1).trim()) && displayName.test(trimmed.slice(0, open).trim())
}

/** An absolute URI or an absolute path, as in the first line of a request. Source: Go net/url ParseRequestURI. */
export function isRequestUri(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  if (text === '' || /[\u0000-\u001f\u007f]/.test(text)) return false
  if (text === '*') return true
  const [, scheme = ''] = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text) ?? []
  const rest = text.slice(scheme === '' ? 0 : scheme.length + 1).replace(/\?.*$/s, '')
  if (!rest.startsWith('/')) return scheme !== ''
  const authority = scheme !== '' && rest.startsWith('//') && !rest.startsWith('///')
  if (!authority) return isEscaped(rest)
  const slash = rest.indexOf('/', 2)
  const end = slash < 0 ? rest.length : slash
  return isAuthority(rest.slice(2, end)) && isEscaped(rest.slice(end))
}

const isEscaped = (path: string): boolean => !/%(?![0-9a-fA-F]{2})/.test(path)

function isAuthority(text: string): boolean {
  const at = text.lastIndexOf('@')
  const [user, host] = [at < 0 ? '' : text.slice(0, at), text.slice(at + 1)]
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user) || !isEscaped(user)) return false
  if (host.startsWith('[')) return /^\[[0-9A-Za-z\-._~!$&'()*+,;=:<>"%]*\](?::[0-9]*)?$/.test(host)
  if (!/^[^:]*(?::[0-9]*)?$/.test(host)) return false
  return /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:[\]<>"\u0080-\uffff]|%[89a-fA-F][0-9a-fA-F])*$/.test(host)
}
