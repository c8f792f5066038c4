import type { KubeObject } from '../../meta/object.ts'
import { canonical, isObject, parseJson, type JsonValue } from '../../util/json.ts'
import { forgetKeys } from '../../util/listed-keys.ts'
import type { Type } from './atoms.ts'
import { compare } from './compare.ts'
import { FieldSet } from './field-set.ts'
import { goJsonEscape } from '../../meta/go-format.ts'
import { bytesOf, maxAnnotationsBytes } from '../../meta/object-meta.ts'
import { toFieldSet } from './to-field-set.ts'
import { typeErrors } from './validate.ts'

const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration'

/** The one manager that takes over from client-side apply. */
export const kubectlManager = 'kubectl'

/**
 * The fields that client-side apply set and nobody changed since: kubectl's server-side apply may take them over without
 * force. Source: apimachinery managedfields/internal/lastappliedmanager.go.
 */
export function lastAppliedFields(type: Type, live: KubeObject): FieldSet {
  const annotation = live.metadata.annotations?.[lastAppliedAnnotation]
  if (!annotation) return FieldSet.empty
  const applied = readConfiguration(annotation)
  if (!isObject(applied) || applied['apiVersion'] !== live.apiVersion) return FieldSet.empty
  if (typeErrors(type, applied).length) return FieldSet.empty
  const { added, modified, removed } = compare(type, applied, live as unknown as JsonValue)
  return toFieldSet(type, applied).difference(added).difference(modified).difference(removed)
}

function readConfiguration(text: string): JsonValue {
  try {
    return parseJson(text)
  } catch {
    return null
  }
}

/**
 * Client-side apply must go on from what was applied: where an object has its annotation, that becomes the configuration.
 * Changes the object given. Source: apimachinery managedfields/internal/lastappliedupdater.go.
 */
export function updateLastApplied(object: KubeObject, configuration: KubeObject): void {
  const { annotations } = object.metadata
  if (!annotations?.[lastAppliedAnnotation]) return
  const { managedFields: _, ...metadata } = configuration.metadata
  if (metadata.annotations) {
    const { [lastAppliedAnnotation]: __, ...others } = metadata.annotations
    metadata.annotations = others
  }
  const applied = { ...configuration, metadata } as unknown as JsonValue
  forgetKeys(annotations)
  annotations[lastAppliedAnnotation] = `${goJsonEscape(canonical(applied))}\n`
  if (bytesOf(annotations) > maxAnnotationsBytes) Reflect.deleteProperty(annotations, lastAppliedAnnotation)
}
