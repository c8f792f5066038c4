import { floatText } from '../meta/go-format.ts'
import { humanDuration } from '../meta/duration.ts'
import { normalizeTime } from '../meta/go-time.ts'
import type { KubeObject } from '../meta/object.ts'
import { canonical, type JsonValue } from '../util/json.ts'
import { compileJsonPath } from './json-path.ts'
import type { Column, Kind } from './kind.ts'

/** metav1.TableColumnDefinition */
export interface ColumnDefinition {
  readonly name: string
  readonly type: string
  readonly format: string
  readonly description: string
  readonly priority: number
}

/** The columns of a kind's Table, compiled. */
export interface CompiledColumns {
  readonly definitions: readonly ColumnDefinition[]
  /** A row. `nowMs` is the moment that ages are counted to, in milliseconds since 1970. */
  readonly cells: (object: KubeObject, nowMs: number) => JsonValue[]
}

type Cell = (object: KubeObject, nowMs: number) => JsonValue

const zeroTime = '0001-01-01T00:00:00Z'

const nameDefinition: ColumnDefinition = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description:
    'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names',
  priority: 0,
}

const creationDescription =
  'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata'

/** The column of a kind that declares none. */
export const age: Column = {
  name: 'Age',
  type: 'date',
  description: creationDescription,
  jsonPath: '.metadata.creationTimestamp',
}

const nameCell: Cell = ({ metadata }) => metadata.name ?? ''

/** The Table of Go's typed resources that have no printer of their own. Source: registry/rest/table.go. */
export const nameAndCreatedAt: CompiledColumns = {
  definitions: [
    nameDefinition,
    { name: 'Created At', type: 'date', format: '', description: creationDescription, priority: 0 },
  ],
  cells: ({ metadata }) => [metadata.name ?? '', metadata.creationTimestamp ?? zeroTime],
}

/**
 * The Table of a kind: Name and its columns, or Name and Age when it declares none. Throws a TypeError when a path is no
 * JSONPath. Source: apiextensions-apiserver registry/customresource/tableconvertor.
 */
export function compileColumns(kind: Kind): CompiledColumns {
  const columns = kind.columns ?? [age]
  const cells: readonly Cell[] = [nameCell, ...columns.map(compileCell)]
  return {
    definitions: [nameDefinition, ...columns.map(definition)],
    cells: (object, nowMs) => cells.map((cell) => cell(object, nowMs)),
  }
}

const definition = ({ name, type, format = '', description, priority = 0, jsonPath }: Column): ColumnDefinition => ({
  name,
  type,
  format,
  description:
    description ||
    (jsonPath === undefined ? '' : `Custom resource definition column (in JSONPath format): ${jsonPath}`),
  priority,
})

function compileCell({ name, type, jsonPath, value }: Column): Cell {
  if (value) return type === 'date' ? (object, nowMs) => dateCell(value(object), nowMs) : (object) => value(object)
  if (jsonPath === undefined) throw new TypeError(`column ${name} has neither a jsonPath nor a value`)
  const path = compileJsonPath(jsonPath)
  return (object, nowMs) => {
    const found = path(object as unknown as JsonValue)[0]
    return found === undefined || found === null ? null : cellOf(type, found, nowMs)
  }
}

/** A value of another type than the column's is an empty cell. */
function cellOf(type: Column['type'], value: JsonValue, nowMs: number): JsonValue {
  switch (type) {
    case 'string':
      return textCell(value)
    case 'integer':
      if (typeof value === 'bigint') return value
      return typeof value === 'number' ? Math.trunc(value) : null
    case 'number':
      return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : null
    case 'boolean':
      return typeof value === 'boolean' ? value : null
    case 'date':
      return dateCell(value, nowMs)
  }
}

function textCell(value: JsonValue): string {
  if (typeof value === 'string') return value
  if (typeof value === 'object') return canonical(value)
  return typeof value === 'number' && !Number.isInteger(value) ? floatText(value) : String(value)
}

function dateCell(value: JsonValue, nowMs: number): string | null {
  if (typeof value !== 'string') return null
  if (value === '' || value === zeroTime) return '<unknown>'
  try {
    return humanDuration(nowMs - Date.parse(normalizeTime(value)))
  } catch {
    return '<invalid>'
  }
}
