import { parseDuration } from '../meta/duration.ts'
import { compilePattern } from '../schema/validation/reg-exp.ts'
import type { FeatureGates } from './options.ts'
import type { CertificateFiles } from './serving/serving-certificates.ts'

export type FlagValue = string | number | boolean | readonly string[] | readonly CertificateFiles[] | FeatureGates

/** Reads the texts that were given for one flag, one after the other. Throws what is wrong with them. */
export type ReadFlag = (texts: readonly string[]) => FlagValue

/** Of a flag that stands more than once, the last counts. */
export const last =
  (read: (text: string) => FlagValue): ReadFlag =>
  (texts) =>
    read(texts.at(-1) ?? '')

/** Lists are written with commas, with the flag repeated, or both. */
export const list = (texts: readonly string[]): readonly string[] =>
  texts.flatMap((text) => text.split(',')).filter((item) => item !== '')

export function countOf(text: string): number {
  if (!/^[+-]?\d+$/.test(text))
    throw new RangeError(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  if (text.startsWith('-')) throw new RangeError('less than nothing')
  return Number(text)
}

/** Of processes. */
export function workersOf(text: string): number {
  const count = countOf(text)
  if (count < 1 || count > 64) throw new RangeError('not a number from 1 to 64')
  return count
}

/** Of HTTP/2 clients that are sent away. Source: server/options/server_run_options.go. */
export function chanceOf(text: string): number {
  const chance = Number(text)
  if (text === '' || Number.isNaN(chance)) throw new RangeError('not a number')
  if (chance < 0 || chance > 0.02) throw new RangeError('can not be less than 0 or greater than 0.02')
  return chance
}

export function secondsOf(text: string): number {
  const seconds = parseDuration(text) / 1000
  if (seconds < 0) throw new RangeError('less than no time')
  return seconds
}

export function serversOf(text: string): string[] {
  const servers = text.split(',').map((server) => server.trim())
  for (const server of servers)
    if (!/^(?:https?:\/\/)?[^/\s:]+(?::\d+)?$|^(?:https?:\/\/)?\[[^\]]+\](?::\d+)?$/.test(server))
      throw new RangeError(`${JSON.stringify(server)} is no address as https://host:port`)
  return servers
}

export function portOf(text: string): number {
  const port = countOf(text)
  if (port > 65535) throw new RangeError('ports end at 65535')
  return port
}

/** As Go reads them. Source: strconv.ParseBool. */
export function booleanOf(text: string): boolean {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)) return true
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text)) return false
  throw new RangeError(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`)
}

export function sniFiles(text: string): CertificateFiles {
  const [files = '', names = '', ...more] = text.split(':')
  const [certFile = '', keyFile = '', ...others] = files.split(',')
  if (certFile === '' || keyFile === '' || others.length || more.length)
    throw new RangeError('expected certificate file, key file and, after a colon, names of hosts')
  return { certFile, keyFile, names: list([names]) }
}

export function auditFormat(text: string): string {
  if (text !== 'json' && text !== 'legacy') throw new RangeError('must be json or legacy')
  return text
}

export function loggingFormat(text: string): string {
  if (text !== 'text' && text !== 'json') throw new RangeError('must be text or json')
  return text
}

/** A pattern of origins: what is open at an end would let strangers in. Source: server/options/server_run_options.go. */
export function anchored(pattern: string): string {
  if (!/^(?:\^|\\A|.*\/\/)/.test(pattern) || !/(?:\$|\\z)$/.test(pattern))
    throw new RangeError('does not pin the start and the end of the host: write it as ^https://host$')
  // Throws where it is none.
  compilePattern(pattern)
  return pattern
}

/** Source: server/options/server_run_options.go validateHSTSDirectives. */
export function hstsDirective(text: string): string {
  if (!/^(?:max-age=\d+|includeSubDomains|preload)$/.test(text))
    throw new RangeError('must be max-age=SECONDS, includeSubDomains or preload')
  return text
}

export function rateOf(text: string): number {
  const rate = Number(text)
  if (text === '' || !(rate >= 0)) throw new RangeError('not a rate')
  return rate
}

/** The one version there is. */
export function auditVersion(text: string): string {
  if (text !== 'audit.k8s.io/v1') throw new RangeError('invalid audit version, allowed versions are audit.k8s.io/v1')
  return text
}

export function auditMode(text: string): string {
  if (!['batch', 'blocking', 'blocking-strict'].includes(text))
    throw new RangeError('must be batch, blocking or blocking-strict')
  return text
}

const gates: ReadonlySet<string> = new Set<keyof FeatureGates>(['CBORServingAndStorage'])
/** Gates of Kubernetes that are always open here, or always closed. */
const fixedGates: ReadonlyMap<string, boolean> = new Map([
  ['APIResponseCompression', true],
  ['APIServerTracing', true],
  ['ComponentStatusz', true],
  ['ConsistentListFromCache', true],
  ['ConstrainedImpersonation', true],
  ['RemoteRequestHeaderUID', true],
  ['StorageVersionHash', true],
  ['UnauthenticatedHTTP2DOSMitigation', true],
  ['WatchList', true],
  ['AllAlpha', false],
  ['AllBeta', false],
  ['APIServingWithRoutine', false],
  ['ComponentFlagz', false],
])

/** `Gate=true,Other=false`, each with `kube:` before it or not. Source: component-base/featuregate, compatibility. */
export const gatesOf: ReadFlag = (texts) =>
  Object.fromEntries(
    list(texts).flatMap((text) => {
      const [gate = '', value] = text.replace(/^kube:/, '').split('=', 2)
      if (value === undefined) throw new RangeError(`missing bool value for ${gate}`)
      const isOpen = booleanOf(value)
      if (gates.has(gate)) return [[gate, isOpen]]
      const fixed = fixedGates.get(gate)
      if (fixed === undefined) throw new RangeError(`unrecognized feature gate: ${gate}`)
      if (fixed !== isOpen) throw new RangeError(`${gate} is always ${String(fixed)} in this server`)
      return []
    }),
  )
