import { StatusError } from '../../meta/status.ts'

/** Scalars of a query, read as Go's option decoder reads them: the first value counts. Source: apimachinery runtime/conversion.go. */

/** Absent: undefined. "0" and "false" are false, everything else (the empty value too) is true. */
export function queryBoolean(query: URLSearchParams, name: string): boolean | undefined {
  const value = query.get(name)
  return value === null ? undefined : value !== '0' && value.toLowerCase() !== 'false'
}

const int64 = /^[+-]?\d+$/
const maxInt64 = 2n ** 63n - 1n

/** Throws 400 with strconv's text. */
export function queryInteger(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name)
  if (value === null) return undefined
  if (!int64.test(value))
    throw StatusError.badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`)
  const parsed = BigInt(value.replace(/^\+/, ''))
  if (parsed > maxInt64 || parsed < -maxInt64 - 1n)
    throw StatusError.badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: value out of range`)
  return Number(parsed)
}
