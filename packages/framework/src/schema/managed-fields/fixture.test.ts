import type { KubeObject, ManagedFieldsEntry } from '../../meta/object.ts'
import { clone, type JsonObject, type JsonValue } from '../../util/json.ts'
import { compileAtoms, type Type } from './atoms.ts'
import { FieldManager, type FieldManagerOptions } from './field-manager.ts'
import { FieldSet } from './field-set.ts'
import { formatPath } from './path-element.ts'

const text = { type: 'string' }

/** A kind with one of everything. */
export const schema = {
  properties: {
    spec: {
      type: 'object',
      properties: {
        a: text,
        b: text,
        size: { type: 'integer' },
        on: { type: 'boolean' },
        port: { 'x-kubernetes-int-or-string': true },
        inner: { type: 'object', properties: { x: text, y: text } },
        labels: { type: 'object', additionalProperties: text },
        nested: { type: 'object', additionalProperties: { type: 'object', additionalProperties: text } },
        whole: { type: 'object', 'x-kubernetes-map-type': 'atomic', properties: { x: text } },
        args: { type: 'array', items: text },
        set: { type: 'array', 'x-kubernetes-list-type': 'set', items: text },
        parts: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: {
            type: 'object',
            properties: { name: text, n: { type: 'integer' }, tags: { type: 'object', additionalProperties: text } },
          },
        },
        ports: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['port', 'protocol'],
          items: {
            type: 'object',
            properties: { port: { type: 'integer' }, protocol: { ...text, default: 'TCP' }, target: text },
          },
        },
        any: { 'x-kubernetes-preserve-unknown-fields': true },
      },
    },
    status: { type: 'object', properties: { phase: text } },
  },
}

export const specSchema = schema.properties.spec
export const specType = compileAtoms(specSchema, false)
const type = compileAtoms(schema, true)

/** An object of the kind, as stored: it has a uid. */
export const live = (spec: JsonObject, metadata: object = {}): KubeObject =>
  ({ apiVersion: 'g/v1', kind: 'K', metadata: { name: 'o', uid: 'u', ...metadata }, spec }) as unknown as KubeObject

/** What a client sends. */
export const sent = (spec: JsonObject, metadata: object = {}, apiVersion = 'g/v1'): KubeObject =>
  ({ apiVersion, kind: 'K', metadata: { name: 'o', ...metadata }, spec }) as unknown as KubeObject

export function manager(
  options: Partial<FieldManagerOptions> = {},
  types: Record<string, Type> = { 'g/v1': type },
): FieldManager {
  return new FieldManager({
    apiVersion: 'g/v1',
    kind: 'K',
    typeOf: (apiVersion) => types[apiVersion],
    convert: (object, apiVersion) => (types[apiVersion] ? { ...object, apiVersion } : undefined),
    ...options,
  })
}

export const specOf = (object: KubeObject): JsonValue => clone((object as unknown as { spec: JsonValue }).spec)

/** The members of a set as messages show them. */
export const shown = (set: FieldSet): string[] => [...set.paths()].map(formatPath).sort()

/** The entries of an object as `manager operation` with their fields. */
export function owners(object: KubeObject): Record<string, string[]> {
  const all: Record<string, string[]> = {}
  for (const entry of object.metadata.managedFields ?? [])
    all[nameOf(entry)] = shown(FieldSet.fromJson(entry.fieldsV1 ?? {}))
  return all
}

function nameOf({ manager: name = '', operation = '', apiVersion = '', subresource }: ManagedFieldsEntry): string {
  return [name, operation, ...(apiVersion === 'g/v1' ? [] : [apiVersion]), ...(subresource ? [subresource] : [])].join(
    ' ',
  )
}

export const entryOf = (object: KubeObject, name: string): ManagedFieldsEntry | undefined =>
  object.metadata.managedFields?.find((entry) => entry.manager === name)
