import { floatText } from '../meta/go-format.ts'
import type { KubeObject } from '../meta/object.ts'
import type { JsonValue } from '../util/json.ts'
import { compileJsonPath } from './json-path.ts'
import type { Kind } from './kind.ts'

/**
 * The fields of a kind's objects that a field selector may name, as texts: metadata.name, metadata.namespace where there
 * is one, and those that the kind declares (`.spec.color` as `spec.color`). A missing one is empty. Throws a TypeError
 * when a path is no JSONPath. Source: apiextensions-apiserver registry/customresource/strategy.go selectableFields.
 */
export function selectableFieldsOf(kind: Kind): (object: KubeObject) => Record<string, string> {
  const declared = kind.selectableFields.map((path) => ({
    name: path.replace(/^\./, ''),
    find: compileJsonPath(path),
  }))
  const namespaced = kind.scope === 'Namespaced'
  return (object) => {
    const fields: Record<string, string> = { 'metadata.name': object.metadata.name ?? '' }
    if (namespaced) fields['metadata.namespace'] = object.metadata.namespace ?? ''
    for (const { name, find } of declared) fields[name] = textOf(find(object as unknown as JsonValue)[0])
    return fields
  }
}

function textOf(value: JsonValue | undefined): string {
  if (value === undefined || value === null || typeof value === 'object') return ''
  return typeof value === 'number' && !Number.isInteger(value) ? floatText(value) : String(value)
}
