import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { KubeObject } from '../../meta/object.ts'
import { StoredResource } from '../../registry/stored-resource.ts'
import type { RequestScope } from '../scope.ts'
import type { IncomingWrite } from './incoming.ts'

/** How many objects and managers are remembered for one endpoint. */
const maxRemembered = 1000

/**
 * Applies that passed every check and came to nothing. Controllers and GitOps tools apply the same again and again: the same configuration by the same manager to the same
 * state comes to nothing once more, and need not be worked out.
 */
class UnchangedApplies {
  readonly #digests = new LRUCache<string, string>({ max: maxRemembered })

  has(write: IncomingWrite, live: KubeObject, body: string): boolean {
    const known = this.#digests.get(keyOf(write, live))
    return known !== undefined && known === digestOf(body)
  }

  add(write: IncomingWrite, live: KubeObject, body: string): void {
    this.#digests.set(keyOf(write, live), digestOf(body))
  }
}

const byScope = new WeakMap<RequestScope, UnchangedApplies>()

export function unchangedApplies(scope: RequestScope): UnchangedApplies {
  let known = byScope.get(scope)
  if (!known) byScope.set(scope, (known = new UnchangedApplies()))
  return known
}

/** Whether an update that changes nothing may be left at that: nobody else, no hook and no plugin, would make something of it. */
export const mayStay = ({ resource, admission, foreign }: RequestScope): boolean =>
  resource instanceof StoredResource &&
  !resource.preparesUpdate &&
  !foreign &&
  !admission.mutates('UPDATE') &&
  !admission.validates('UPDATE')

/** Whether what is made of an update is stored as it is: only the framework sees it on its way. */
export const isStoredAsMade = (scope: RequestScope): boolean =>
  mayStay(scope) && scope.resource instanceof StoredResource && !scope.resource.canonicalizes

const keyOf = ({ manager, query }: IncomingWrite, { metadata }: KubeObject): string =>
  [metadata.uid, metadata.resourceVersion, query.force ? 'force' : '', query.fieldValidation, manager].join(' ')

const digestOf = (body: string): string => createHash('sha256').update(body).digest('base64')
