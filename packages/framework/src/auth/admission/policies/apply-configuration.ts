import type { KubeObject } from '../../../meta/object.ts'
import type { Type } from '../../../schema/managed-fields/atoms.ts'
import { merge } from '../../../schema/managed-fields/merge.ts'
import { typeErrors } from '../../../schema/managed-fields/validate.ts'
import { isObject, type JsonObject, type JsonValue } from '../../../util/json.ts'

/**
 * The object with everything that a configuration says; it shares what did not change. Throws what is wrong with the configuration. Source:
 * policy/mutating/patch/smd.go.
 */
export function applyConfiguration(type: Type, object: KubeObject, configuration: JsonObject): JsonValue {
  const { apiVersion, kind } = object
  const patch: JsonObject = { ...configuration, apiVersion, kind }
  const errors = typeErrors(type, patch)
  if (errors.length) {
    const text = errors.length === 1 ? (errors[0] ?? '') : ['errors:', ...errors].join('\n  ')
    throw new Error(`error applying patch: failed to convert patch object to typed object: ${text}`)
  }
  const atomics = atomicPaths(type, patch, '')
  if (atomics.length) {
    const text = `may not mutate atomic arrays, maps or structs: ${atomics.join(', ')}`
    throw new Error(`error applying patch: invalid ApplyConfiguration: ${text}`)
  }
  return merge(type, object as unknown as JsonValue, patch) ?? {}
}

/** Who writes part of what is only written as a whole would take the rest away. */
function atomicPaths({ map, list }: Type, value: JsonValue, path: string): string[] {
  const found: string[] = []
  if (isObject(value) && map) {
    if (map.atomic) found.push(path)
    for (const [key, member] of Object.entries(value)) {
      const type = map.fields.get(key)?.type ?? map.elementType
      if (type) found.push(...atomicPaths(type, member, `${path}.${key}`))
    }
  } else if (Array.isArray(value) && list) {
    if (list.atomic) found.push(path)
    for (const [index, item] of value.entries())
      found.push(...atomicPaths(list.elementType, item, `${path}[${String(index)}]`))
  }
  return found
}
