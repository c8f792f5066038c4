import { readFileSync } from 'node:fs'
import { isObject } from '../../util/json.ts'
import { parseYaml } from '../../util/yaml.ts'

export interface TracingConfiguration {
  /** Where a collector listens for OTLP over gRPC, as `host:port` or `unix:///path`. */
  readonly endpoint: string
  /** How many of a million traces that begin here are kept. Those that begin elsewhere are kept where they are kept there. */
  readonly samplingRatePerMillion: number
}

const versions = ['v1', 'v1beta1', 'v1alpha1'].map((version) => `apiserver.config.k8s.io/${version}`)
const million = 1_000_000

/** Reads a `TracingConfiguration`. Throws an Error that names the file and what is wrong with it. Source: component-base/tracing/api/v1. */
export function readTracingConfiguration(file: string): TracingConfiguration {
  try {
    return checked(parseYaml(readFileSync(file, 'utf8')))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`--tracing-config-file ${file}: ${reason}`, { cause })
  }
}

function checked(document: unknown): TracingConfiguration {
  const { apiVersion, kind, endpoint, samplingRatePerMillion, ...others } = isObject(document) ? document : {}
  if (kind !== 'TracingConfiguration' || typeof apiVersion !== 'string' || !versions.includes(apiVersion))
    throw new Error(`expected a TracingConfiguration of ${versions[0] ?? ''}`)
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) throw new Error(`strict decoding error: unknown field ${JSON.stringify(unknown)}`)
  const rate = samplingRatePerMillion ?? 0
  if (typeof rate !== 'number' || !Number.isInteger(rate))
    throw new Error('tracing.samplingRatePerMillion: must be a whole number')
  if (rate < 0)
    throw new Error(`tracing.samplingRatePerMillion: Invalid value: ${String(rate)}: sampling rate must be positive`)
  if (rate > million)
    throw new Error(
      `tracing.samplingRatePerMillion: Invalid value: ${String(rate)}: sampling rate per million must be less than or equal to one million`,
    )
  const address = endpoint ?? 'localhost:4317'
  if (typeof address !== 'string') throw new Error('tracing.endpoint: must be a string')
  const scheme = /^([^/]*):\/\//.exec(address)?.[1] ?? 'dns'
  if (!['dns', 'unix', 'unix-abstract'].includes(scheme))
    throw new Error(
      `tracing.endpoint: Invalid value: ${JSON.stringify(address)}: unsupported scheme: ${scheme}.  Options are none, dns, unix, or unix-abstract.  See https://github.com/grpc/grpc/blob/master/doc/naming.md`,
    )
  return { endpoint: address, samplingRatePerMillion: rate }
}
