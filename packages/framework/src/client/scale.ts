import type { KubeObject } from '../meta/object.ts'
import { isObject, type JsonValue } from '../util/json.ts'
import { ConnectionError } from './connection-error.ts'

/** autoscaling/v1 Scale */
export interface Scale extends KubeObject {
  spec?: { replicas?: number }
  status?: { replicas: number; selector?: string }
}

export function scaleOf(answer: JsonValue, what: string): Scale {
  if (!isObject(answer) || answer['kind'] !== 'Scale' || !isObject(answer['metadata'])) throw unexpected(what)
  return answer as unknown as Scale
}

export const unexpected = (what: string): ConnectionError =>
  new ConnectionError(`the answer to ${what} is not an object of the kind`, { code: 'EPROTO' })
