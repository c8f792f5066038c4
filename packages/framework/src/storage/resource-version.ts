import { StatusError } from '../meta/status.ts'

const maxUint64 = 2n ** 64n - 1n

/** A resourceVersion of a request as a revision; '' and '0' are 0. Throws 400. Source: storage/api_object_versioner.go. */
export function parseResourceVersion(text: string | undefined): number {
  if (text === undefined || text === '' || text === '0') return 0
  const invalid = (why: string): StatusError =>
    StatusError.badRequest(
      `invalid resource version: resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: ${why}`,
    )
  if (!/^\d+$/.test(text)) throw invalid('invalid syntax')
  if (BigInt(text) > maxUint64) throw invalid('value out of range')
  return Number(text)
}
