import { deepEqual } from '../util/json.ts'
import { keysOf } from '../util/listed-keys.ts'
import { field, type FieldError } from './field-error.ts'
import { quote } from './go-format.ts'
import { validateManagedFields } from './managed-fields-errors.ts'
import { isDnsLabel, isDnsSubdomain, isPlainQualifiedName, isQualifiedName, isValidLabelValue } from './names.ts'
import type { ObjectMeta, OwnerReference } from './object.ts'
import { validateOwnerReferences } from './owner-references.ts'

/** Of the keys and values of all annotations together. */
export const maxAnnotationsBytes = 256 * 1024

export interface ObjectMetaRules {
  readonly namespaced: boolean
  /** The kind's rule for names, or for the prefix that generateName is. Default: a DNS subdomain. */
  readonly validateName?: (name: string, prefix: boolean) => readonly string[]
}

/** What is wrong with an object's metadata. Source: apimachinery api/validation/objectmeta.go ValidateObjectMeta. */
export function validateObjectMeta(
  meta: ObjectMeta,
  { namespaced, validateName = isDnsSubdomain }: ObjectMetaRules,
): FieldError[] {
  const errors: FieldError[] = []
  const { generateName = '', name = '', namespace = '', generation = 0 } = meta
  const complain = (path: string, value: unknown, texts: readonly string[]): void => {
    for (const text of texts) errors.push(field.invalid(`metadata.${path}`, value, text))
  }
  if (generateName !== '') complain('generateName', generateName, validateName(generateName, true))
  if (name === '') errors.push(field.required('metadata.name', 'name or generateName is required'))
  else complain('name', name, validateName(name, false))
  if (!namespaced) {
    if (namespace !== '') errors.push(field.forbidden('metadata.namespace', 'not allowed on this type'))
  } else if (namespace === '') errors.push(field.required('metadata.namespace'))
  else complain('namespace', namespace, isDnsLabel(namespace))
  if (generation < 0) complain('generation', generation, ['must be greater than or equal to 0'])
  errors.push(...validateLabels(meta.labels ?? {}, 'metadata.labels'))
  errors.push(...validateAnnotations(meta.annotations ?? {}, 'metadata.annotations'))
  errors.push(...validateOwnerReferences(meta.ownerReferences ?? []))
  errors.push(...validateFinalizers(meta.finalizers ?? []))
  errors.push(...validateManagedFields(meta.managedFields ?? []))
  return errors
}

/** What is wrong with labels, the object's own or those of a template. */
export function validateLabels(labels: Readonly<Record<string, string>>, path: string): FieldError[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...isQualifiedName(key).map((text) => field.invalid(path, key, text)),
    ...isValidLabelValue(value).map((text) => field.invalid(path, value, text)),
  ])
}

/** What is wrong with annotations: their keys in lower case, and their size together. */
export function validateAnnotations(annotations: Readonly<Record<string, string>>, path: string): FieldError[] {
  const errors: FieldError[] = []
  // At most: a unit of UTF-16 is three bytes or less, and only some are counted.
  let bytes = 0
  for (const key of keysOf(annotations)) {
    if (!isPlainQualifiedName(key))
      for (const text of isQualifiedName(key.toLowerCase())) errors.push(field.invalid(path, key, text))
    const value = annotations[key] ?? ''
    bytes += bytes < countedBytes ? byteLength(key) + byteLength(value) : 3 * (key.length + value.length)
  }
  if (bytes > maxAnnotationsBytes && bytesOf(annotations) > maxAnnotationsBytes)
    errors.push(field.tooLong(path, maxAnnotationsBytes))
  return errors
}

const countedBytes = 32 * 1024

/** How many bytes keys and values have together. */
export function bytesOf(texts: Readonly<Record<string, string>>): number {
  let bytes = 0
  for (const key of Object.keys(texts)) bytes += byteLength(key) + byteLength(texts[key] ?? '')
  return bytes
}

const beyondAscii = /[\x80-\uffff]/
const byteLength = (text: string): number => (beyondAscii.test(text) ? Buffer.byteLength(text) : text.length)

function validateFinalizers(finalizers: readonly string[]): FieldError[] {
  const path = 'metadata.finalizers'
  const errors = finalizers.flatMap((finalizer) =>
    isQualifiedName(finalizer).map((text) => field.invalid(path, finalizer, text)),
  )
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion'))
    errors.push(field.invalid(path, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'))
  return errors
}

const immutable = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const

/**
 * What an update changes that it may not. The new metadata by itself is {@link validateObjectMeta}'s.
 * Source: api/validation/objectmeta.go ValidateObjectMetaUpdate.
 */
export function validateObjectMetaUpdate(meta: ObjectMeta, old: ObjectMeta): FieldError[] {
  const errors: FieldError[] = []
  if (old.deletionTimestamp) errors.push(...validateNoNewFinalizers(meta.finalizers ?? [], old.finalizers ?? []))
  const { generation = 0 } = meta
  if (generation < (old.generation ?? 0))
    errors.push(field.invalid('metadata.generation', generation, 'must not be decremented'))
  for (const member of immutable) {
    const value = valueOf(meta, member)
    if (value !== valueOf(old, member)) errors.push(field.invalid(`metadata.${member}`, value, 'field is immutable'))
  }
  return errors
}

/** An absent string is an empty one, an absent time or number null. */
function valueOf(meta: ObjectMeta, member: (typeof immutable)[number]): string | number | null {
  return meta[member] ?? (member === 'name' || member === 'namespace' || member === 'uid' ? '' : null)
}

function validateNoNewFinalizers(finalizers: readonly string[], old: readonly string[]): FieldError[] {
  const added = [...new Set(finalizers)].filter((finalizer) => !old.includes(finalizer)).sort()
  if (added.length === 0) return []
  const text = 'no new finalizers can be added if the object is being deleted, found new finalizers'
  return [field.forbidden('metadata.finalizers', `${text} []string{${added.map(quote).join(', ')}}`)]
}

/**
 * Takes out the owners that stand twice, each entry equal to an earlier one, and gives the text of the Warning; undefined
 * when there are none. Source: endpoints/handlers/create.go dedupOwnerReferencesAndAddWarning.
 */
export function dedupOwnerReferences(meta: ObjectMeta, afterAdmission = false): string | undefined {
  const references = meta.ownerReferences
  if (references === undefined || references.length < 2) return undefined
  const kept: OwnerReference[] = []
  const byUid = new Map<string, OwnerReference[]>()
  const duplicates: string[] = []
  for (const reference of references) {
    const same = byUid.get(reference.uid)
    if (same?.some((other) => deepEqual(other, reference))) {
      duplicates.push(reference.uid)
      continue
    }
    if (same) same.push(reference)
    else byUid.set(reference.uid, [reference])
    kept.push(reference)
  }
  if (duplicates.length === 0) return undefined
  meta.ownerReferences = kept
  const when = afterAdmission ? ' after mutating admission happens' : ''
  return `.metadata.ownerReferences contains duplicate entries${when}; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${duplicates.join(', ')}`
}

/** The texts of Warnings about finalizers without a path that `old` has not got yet, by name. Source: apiextensions customresource/strategy.go. */
export function finalizerWarnings(meta: ObjectMeta, old: ObjectMeta = {}): string[] {
  if (!meta.finalizers) return []
  const known = new Set(old.finalizers)
  return [...new Set(meta.finalizers)]
    .filter((finalizer) => !known.has(finalizer) && !finalizer.includes('/') && !wellKnown.has(finalizer))
    .sort()
    .map(
      (finalizer) =>
        `metadata.finalizers: ${quote(finalizer)}: prefer a domain-qualified finalizer name ${
          finalizer.includes('.') ? 'including a path (/) ' : ''
        }to avoid accidental conflicts with other finalizer writers`,
    )
}

/** Kubernetes' own short names. */
const wellKnown: ReadonlySet<string> = new Set(['orphan', 'foregroundDeletion', 'kubernetes'])
