import type { FieldError } from '../../meta/field-error.ts'
import { isObject, type JsonObject } from '../../util/json.ts'
import type { Kind } from '../kind.ts'
import { ruleErrors } from '../rules/rule-errors.ts'
import { compileKind } from '../structural.ts'
import { structuralSchema } from '../structural-schema.ts'
import { columnErrors } from './column-errors.ts'
import { defaultErrors } from './default-errors.ts'
import { listErrors } from './list-errors.ts'
import { nameErrors } from './name-errors.ts'
import { ruleTextErrors } from './rule-text-errors.ts'
import { selectableFieldErrors } from './selectable-field-errors.ts'
import { structureErrors } from './structure-errors.ts'

/**
 * What the creation of a CustomResourceDefinition would refuse in a kind, in its words; paths begin with `schema`, `columns` and so on. Beyond what
 * definitions may say, schemas here may have unions and intersections of types, closed objects and unique items.
 * Source: apiextensions-apiserver apis/apiextensions/validation.
 */
export function creationErrors(kind: Kind): FieldError[] {
  const raw = kind.schema as JsonObject
  const structure = structureErrors(raw)
  const schema = structuralSchema(kind.schema)
  const defaults = structure.length ? [] : defaultErrors(raw)
  const walked = schemasIn(raw).flatMap(({ schema: one, path }) => [
    ...listErrors(one, path),
    ...ruleTextErrors(one, path),
  ])
  const schemaErrors = [...structure, ...defaults, ...walked]
  return [
    ...nameErrors(kind),
    ...schemaErrors,
    ...(schemaErrors.length || compiles(kind) ? [] : ruleErrors(schema)),
    ...selectableFieldErrors(kind, schema),
    ...columnErrors(kind),
  ]
}

/** Compiles the kind, for good: only where that fails is it worth knowing all that is wrong. */
function compiles(kind: Kind): boolean {
  try {
    compileKind(kind)
    return true
  } catch (error) {
    if (error instanceof TypeError) return false
    throw error
  }
}

/** A schema in a schema. */
export interface PlacedSchema {
  readonly schema: JsonObject
  readonly path: string
}

/** The schema and all that declare members, items and values in it. */
export function schemasIn(schema: JsonObject, path = 'schema'): PlacedSchema[] {
  const { properties, items, additionalProperties } = schema
  return [
    { schema, path },
    ...(isObject(additionalProperties) ? schemasIn(additionalProperties, `${path}.additionalProperties`) : []),
    ...(isObject(properties)
      ? Object.entries(properties).flatMap(([name, member]) =>
          isObject(member) ? schemasIn(member, `${path}.properties[${name}]`) : [],
        )
      : []),
    ...(isObject(items) ? schemasIn(items, `${path}.items`) : []),
  ]
}
