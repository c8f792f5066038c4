import type { DeleteOptions } from '../../registry/rest.ts'
import type { JsonObject } from '../../util/json.ts'

const apiVersion = 'meta.k8s.io/v1'

/** The options of a write as admission sees them: those of a PATCH are those of what it comes to. Members in Go's order. */
export function writeOptions(operation: 'CREATE' | 'UPDATE', query: URLSearchParams): JsonObject {
  const dryRun = query.getAll('dryRun')
  const fieldManager = query.get('fieldManager')
  const fieldValidation = query.get('fieldValidation')
  return {
    kind: operation === 'CREATE' ? 'CreateOptions' : 'UpdateOptions',
    apiVersion,
    ...(dryRun.length ? { dryRun } : {}),
    ...(fieldManager ? { fieldManager } : {}),
    ...(fieldValidation ? { fieldValidation } : {}),
  }
}

/** The same of a DELETE. */
export function deleteOptions(options: DeleteOptions): JsonObject {
  const { gracePeriodSeconds, preconditions, orphanDependents, propagationPolicy, dryRun } = options
  return {
    kind: 'DeleteOptions',
    apiVersion,
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(preconditions ? { preconditions: { ...preconditions } } : {}),
    ...(orphanDependents === undefined ? {} : { orphanDependents }),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    ...(dryRun ? { dryRun: ['All'] } : {}),
  }
}
