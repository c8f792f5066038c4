import type { ResourceKind } from '../client/resource-kind.ts'
import { parseApiVersion } from '../meta/group-version.ts'
import type { KubeObject, OwnerReference } from '../meta/object.ts'
import { deepEqual } from '../util/json.ts'

/** Of an owner reference: whether the owner waits for the object when it is deleted in the foreground. */
export interface OwnerReferenceOptions {
  /** Whether the owner, deleted in the foreground, waits for this object. Default true for controllers, else unset. */
  readonly blockOwnerDeletion?: boolean
}

/** Another object is the controller of this one already. */
export class AlreadyOwnedError extends Error {
  override readonly name = 'AlreadyOwnedError'
  readonly owner: OwnerReference

  constructor(object: KubeObject, owner: OwnerReference) {
    const { namespace = '', name = '' } = object.metadata
    super(`Object ${namespace}/${name} is already owned by another ${owner.kind} controller ${owner.name}`)
    this.owner = owner
  }
}

/** The owner that is the object's controller. */
export const controllerOf = ({ metadata }: KubeObject): OwnerReference | undefined =>
  metadata.ownerReferences?.find(({ controller }) => controller === true)

/**
 * Makes `owner` the one that controls the object: garbage collection deletes the object after it, and `owns` reconciles
 * the owner when it changes. Changes the object given, and says whether it did. Throws an {@link AlreadyOwnedError} when another controls it, a TypeError for an owner
 * that the API does not allow. Source: controller-runtime controllerutil.
 */
export function setControllerReference(
  owner: KubeObject,
  object: KubeObject,
  { blockOwnerDeletion = true }: OwnerReferenceOptions = {},
): boolean {
  validateOwner(owner, object)
  const reference = { ...referenceTo(owner), controller: true, blockOwnerDeletion }
  const existing = controllerOf(object)
  if (existing && !isSameOwner(existing, reference)) throw new AlreadyOwnedError(object, existing)
  return upsert(object, reference)
}

/** As {@link setControllerReference}, for an owner among others, none of which needs to be the controller. */
export function setOwnerReference(owner: KubeObject, object: KubeObject, options: OwnerReferenceOptions = {}): boolean {
  validateOwner(owner, object)
  const { blockOwnerDeletion } = options
  return upsert(object, { ...referenceTo(owner), ...(blockOwnerDeletion === undefined ? {} : { blockOwnerDeletion }) })
}

/** By group, kind and name: versions and UIDs do not count. */
export const hasOwnerReference = (owner: KubeObject, object: KubeObject): boolean =>
  object.metadata.ownerReferences?.some((each) => isSameOwner(each, referenceTo(owner))) ?? false

/** Throws a TypeError when there is none. */
export function removeOwnerReference(owner: KubeObject, object: KubeObject): void {
  if (!hasOwnerReference(owner, object))
    throw new TypeError(`${nameOf(object)} does not have an owner reference for ${nameOf(owner)}`)
  object.metadata.ownerReferences =
    object.metadata.ownerReferences?.filter((each) => !isSameOwner(each, referenceTo(owner))) ?? []
}

/** Throws a TypeError when the owner is not the object's controller. */
export function removeControllerReference(owner: KubeObject, object: KubeObject): void {
  const controller = controllerOf(object)
  if (!controller || !isSameOwner(controller, referenceTo(owner)))
    throw new TypeError(`${nameOf(object)} does not have a controller reference for ${nameOf(owner)}`)
  removeOwnerReference(owner, object)
}

/** Whether the reference is to an object of the kind; versions do not count. */
export const isReferenceTo = (kind: Pick<ResourceKind, 'group' | 'kind'>, reference: OwnerReference): boolean =>
  reference.kind === kind.kind && parseApiVersion(reference.apiVersion)?.group === kind.group

/** Throws a TypeError for an object that no server has given a UID: it cannot own. */
function referenceTo({ apiVersion, kind, metadata: { name = '', uid = '' } }: KubeObject): OwnerReference {
  if (uid === '') throw new TypeError(`${kind} ${name} has no uid: only what the server has can be an owner`)
  return { apiVersion, kind, name, uid }
}

/** One reference for each owner: a known one is brought up to date. */
function upsert(object: KubeObject, reference: OwnerReference): boolean {
  const references = object.metadata.ownerReferences ?? []
  const at = references.findIndex((each) => isSameOwner(each, reference))
  const old = references[at]
  if (old && deepEqual(old, reference)) return false
  object.metadata.ownerReferences = old ? references.with(at, reference) : [...references, reference]
  return true
}

const isSameOwner = (a: OwnerReference, b: OwnerReference): boolean =>
  a.kind === b.kind &&
  a.name === b.name &&
  parseApiVersion(a.apiVersion)?.group === parseApiVersion(b.apiVersion)?.group

function validateOwner(owner: KubeObject, object: KubeObject): void {
  const { namespace = '' } = owner.metadata
  const own = object.metadata.namespace ?? ''
  if (namespace === '') return
  if (own === '')
    throw new TypeError(
      `cluster-scoped resource must not have a namespace-scoped owner, owner's namespace ${namespace}`,
    )
  if (namespace !== own)
    throw new TypeError(
      `cross-namespace owner references are disallowed, owner's namespace ${namespace}, obj's namespace ${own}`,
    )
}

const nameOf = ({ kind, metadata: { namespace, name = '' } }: KubeObject): string =>
  `${kind} ${namespace ? `${namespace}/` : ''}${name}`
