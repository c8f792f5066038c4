import type { GroupVersionKind } from '../meta/group-version.ts'
import { StatusError } from '../meta/status.ts'

/** What the summary of a body shows of it. */
const summaryBytes = 30

/** 400: a body of which not even the kind could be read. Source: endpoints/handlers/rest.go transformDecodeError. */
export function unrecognized(kind: string, problem: string, body: Buffer, options?: ErrorOptions): StatusError {
  return StatusError.badRequest(
    `the object provided is unrecognized (must be of type ${kind}): ${problem} (${summary(body)})`,
    options,
  )
}

/** 400: a body of a known kind that cannot become an object of it. */
export function cannotBeHandled({ kind, version }: GroupVersionKind, given: string, problem: string): StatusError {
  return StatusError.badRequest(
    `${given} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${problem}`,
  )
}

/** The first bytes, as text where they look like JSON, else in hex. Source: handlers/rest.go summarizeData. */
function summary(body: Buffer): string {
  if (body.length === 0) return '<empty>'
  const start = body.subarray(0, summaryBytes).toString(body[0] === 0x7b ? 'utf8' : 'hex')
  return body.length > summaryBytes ? `${start} ...` : start
}
