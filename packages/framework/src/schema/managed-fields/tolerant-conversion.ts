import type { KubeObject } from '../../meta/object.ts'
import type { Type } from './atoms.ts'
import type { Versions } from './change.ts'

/**
 * Conversions are written for objects that are valid, while applying converts what is not yet whole: the applier may
 * have given up all of `spec`. Where a conversion fails on such an object it gets empty members in place of missing
 * ones, as Go's conversions always do.
 */
export function tolerant(versions: Versions): Versions {
  return {
    ...versions,
    convert: (object, apiVersion) => {
      if (object.apiVersion === apiVersion) return object
      try {
        return versions.convert(object, apiVersion)
      } catch (error) {
        const missing = missingMembers(versions.typeOf(object.apiVersion), object)
        if (!missing.length) throw error
        const filled = { ...object, ...Object.fromEntries(missing.map((name) => [name, {}])) }
        return withoutEmpty(versions.convert(filled, apiVersion), missing)
      }
    },
  }
}

function missingMembers(type: Type | undefined, object: KubeObject): string[] {
  const missing: string[] = []
  for (const [name, field] of type?.map?.fields ?? [])
    if (field.type.map && !Object.hasOwn(object, name)) missing.push(name)
  return missing
}

function withoutEmpty(object: KubeObject | undefined, names: readonly string[]): KubeObject | undefined {
  if (!object) return undefined
  const rest: Record<string, unknown> = { ...object }
  for (const name of names) {
    const member = rest[name]
    if (typeof member === 'object' && member !== null && !Object.keys(member).length) Reflect.deleteProperty(rest, name)
  }
  return rest as unknown as KubeObject
}
