import type { CelType } from './cel-type.ts'
import { MapValue, type Value } from './value.ts'

/** A type that expressions may make values of, as `Object{spec: Object.spec{replicas: 3}}`. */
export interface StructType {
  readonly type: CelType
  /** The type of a field; undefined where there is none of that name. */
  fieldType(name: string): CelType | undefined
}

/** Finds a type by its full name. */
export type StructTypes = (name: string) => StructType | undefined

/** A value that names its type and its fields. */
export class StructValue extends MapValue {
  readonly structName: string
  readonly #fields: ReadonlyMap<string, Value>

  constructor(structName: string, fields: ReadonlyMap<string, Value>) {
    super()
    this.structName = structName
    this.#fields = fields
  }

  get size(): number {
    return this.#fields.size
  }

  get(key: Value): Value | undefined {
    return typeof key === 'string' ? this.#fields.get(key) : undefined
  }

  keys(): Iterable<string> {
    return this.#fields.keys()
  }
}
