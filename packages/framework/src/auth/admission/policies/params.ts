import { LabelSelector } from '../../../meta/label-selector.ts'
import type { KubeObject } from '../../../meta/object.ts'
import type { ParamKind, ParamRef } from '../configuration/registration.ts'
import type { ParamObjects } from './param-informer.ts'

/** Follows the kinds that policies take parameters from, and no others. */
export class ParamKinds {
  readonly #make: (kind: ParamKind) => ParamObjects
  readonly #informers = new Map<string, ParamObjects>()

  constructor(make: (kind: ParamKind) => ParamObjects) {
    this.#make = make
  }

  of(kind: ParamKind): ParamObjects {
    const key = keyOf(kind)
    let informer = this.#informers.get(key)
    if (!informer) this.#informers.set(key, (informer = this.#make(kind)))
    return informer
  }

  /** Nobody takes parameters from other kinds any more. */
  keepOnly(kinds: readonly ParamKind[]): void {
    const kept = new Set(kinds.map(keyOf))
    for (const [key, informer] of this.#informers) {
      if (kept.has(key)) continue
      this.#informers.delete(key)
      void informer.close()
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#informers.values()].map((informer) => informer.close()))
  }
}

const keyOf = ({ apiVersion = '', kind = '' }: ParamKind): string => `${apiVersion} ${kind}`

/**
 * The parameters with which a binding's policy is evaluated, once with each; undefined is evaluated with null. Throws what is wrong with the binding.
 * Source: policy/generic/policy_dispatcher.go CollectParams.
 */
export async function collectParams(
  objects: ParamObjects | undefined,
  ref: ParamRef | undefined,
  requestNamespace: string,
  signal: AbortSignal,
): Promise<readonly (KubeObject | undefined)[]> {
  if (!objects || !ref) return [undefined]
  await objects.ready(signal)
  const { namespace: given = '', name = '', selector, parameterNotFoundAction } = ref
  const namespace = given || requestNamespace
  if (objects.namespaced && namespace === '')
    throw new Error('cannot use namespaced paramRef in policy binding that matches cluster-scoped resources')
  if (!objects.namespaced && given !== '')
    throw new Error('paramRef.namespace must not be provided for a cluster-scoped `paramKind`')
  if (name !== '' && selector) throw new Error('paramRef.name and paramRef.selector are mutually exclusive')
  if (name === '' && !selector) throw new Error('one of name or selector must be provided')
  const found = selector
    ? objects.list(LabelSelector.fromObject(selector), namespace)
    : [objects.get(name, namespace)].filter((object) => object !== undefined)
  if (!found.length && parameterNotFoundAction === 'Deny')
    throw new Error('no params found for policy binding with `Deny` parameterNotFoundAction')
  return found
}
