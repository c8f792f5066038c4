import { aggregate, type FieldError } from '../../meta/field-error.ts'
import type { KubeObject } from '../../meta/object.ts'
import { StatusError } from '../../meta/status.ts'
import type { Kind } from '../../schema/kind.ts'
import { compileKind, type CompiledKind } from '../../schema/structural.ts'
import type { StructuralSchema } from '../../schema/structural-schema.ts'
import { setOwn, type JsonValue } from '../../util/json.ts'
import type { Parameter } from '../openapi/operation.ts'
import { queryBoolean, queryInteger } from './query-values.ts'

type Reader = (query: URLSearchParams, name: string) => JsonValue | undefined

/**
 * The query of a connection or a stream, by a schema: as PodLogOptions and PodExecOptions are read, with defaults and validation besides. Source:
 * endpoints/handlers/rest.go getRequestOptions.
 */
export class QueryOptions {
  readonly kind: Kind
  readonly #compiled: CompiledKind
  readonly #readers: readonly (readonly [name: string, reader: Reader])[]

  /** Throws a TypeError that names what a query cannot say. */
  constructor(kind: Kind) {
    this.kind = kind
    this.#compiled = compileKind(kind)
    this.#readers = [...this.#compiled.schema.properties].map(([name, schema]) => [name, readerOf(kind, name, schema)])
  }

  /** Unknown parameters are not looked at. Throws 400 for what is not of its type, or against the schema. */
  decode(query: URLSearchParams): KubeObject {
    const { apiVersion, kind } = this.kind
    const options: KubeObject = { apiVersion, kind, metadata: {} }
    for (const [name, read] of this.#readers) {
      const value = read(query, name)
      if (value !== undefined) setOwn(options, name, value)
    }
    this.#compiled.default(options)
    const errors: readonly FieldError[] = this.#compiled.validate(options).errors
    if (errors.length) throw StatusError.badRequest(aggregate(errors))
    return options
  }

  /** As OpenAPI tells them. */
  get parameters(): readonly Parameter[] {
    const described = this.kind.schema.properties as Readonly<Record<string, { description?: string }>> | undefined
    return [...this.#compiled.schema.properties].map(([name, schema]) => ({
      name,
      in: 'query',
      type: parameterType(schema),
      description: described?.[name]?.description ?? '',
    }))
  }
}

const scalars: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['boolean', queryBoolean],
  ['integer', queryInteger],
  ['number', queryNumber],
  ['string', (query, name) => query.get(name) ?? undefined],
])

function readerOf({ kind }: Kind, name: string, schema: StructuralSchema): Reader {
  const [type = '', ...others] = schema.types
  const items = type === 'array' && !others.length ? schema.items?.types.join() : undefined
  if (items === 'string')
    return (query) => {
      const values = query.getAll(name)
      return values.length ? values : undefined
    }
  const scalar = others.length ? undefined : scalars.get(type)
  if (!scalar)
    throw new TypeError(`${kind}: ${name} cannot stand in a query, where there are scalars and lists of strings`)
  return scalar
}

function queryNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text))
    throw StatusError.badRequest(`strconv.ParseFloat: parsing ${JSON.stringify(text)}: invalid syntax`)
  return Number(text)
}

/** A list is said by its first value: Kubernetes' own documents call pods/exec's command a string. */
function parameterType({ types }: StructuralSchema): Parameter['type'] {
  const [type] = types
  return type === 'boolean' || type === 'integer' || type === 'number' ? type : 'string'
}
