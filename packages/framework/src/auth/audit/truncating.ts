import { isObject, type JsonObject } from '../../util/json.ts'
import { eventText } from './backend.ts'

/** Sizes of the JSON. */
export interface TruncateOptions {
  readonly maxEventBytes: number
  readonly maxBatchBytes: number
}

/**
 * Batches that a backend takes: an event that is too large goes without its bodies, and is lost where that does not help. Source:
 * plugin/pkg/audit/truncate.
 */
export function* fitting(
  events: readonly JsonObject[],
  { maxEventBytes, maxBatchBytes }: TruncateOptions,
  onLost: (event: JsonObject, error: Error) => void,
): Generator<JsonObject[]> {
  let batch: JsonObject[] = []
  let batchBytes = 0
  for (const whole of events) {
    let event = whole
    let bytes = sizeOf(event)
    if (bytes > maxEventBytes && (event.level === 'Request' || event.level === 'RequestResponse')) {
      event = withoutBodies(event)
      bytes = sizeOf(event)
    }
    if (bytes > maxEventBytes) {
      onLost(event, new Error('event is too large even after truncating'))
      continue
    }
    if (batch.length && batchBytes + bytes > maxBatchBytes) {
      yield batch
      batch = []
      batchBytes = 0
    }
    batch.push(event)
    batchBytes += bytes
  }
  if (batch.length) yield batch
}

const sizeOf = (event: JsonObject): number => Buffer.byteLength(eventText(event))

function withoutBodies({ requestObject: _, responseObject: __, annotations, ...event }: JsonObject): JsonObject {
  return { ...event, annotations: { ...(isObject(annotations) ? annotations : {}), 'audit.k8s.io/truncated': 'true' } }
}
