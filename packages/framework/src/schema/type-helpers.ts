import {
  Type as TypeBox,
  type ObjectOptions,
  type SchemaOptions,
  type Static,
  type TObject,
  type TPartial,
  type TProperties,
  type TSchema,
  type TUnsafe,
} from '@sinclair/typebox'
import { conditionSchema, objectReferenceSchema, type Condition, type ObjectReference } from './shared-schemas.ts'

/** One of a few strings: `{"type":"string","enum":[…]}`. `Enum(['Flunder', 'Fischer'], { default: 'Flunder' })`. */
export function Enum<const V extends readonly string[]>(values: V, options: SchemaOptions = {}): TUnsafe<V[number]> {
  return TypeBox.Unsafe<V[number]>({ ...options, type: 'string', enum: [...values] })
}

/** One rule of `x-kubernetes-validations`, in CEL. */
export interface Rule {
  /** Sees the value as `self`, and on updates the old one as `oldSelf`; must be true. */
  readonly rule: string
  readonly message?: string
  /** An expression of the message's text; where it fails, `message` stands. */
  readonly messageExpression?: string
  readonly reason?: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired' | 'FieldValueDuplicate'
  /** Where the error is reported, from the value on: `.url`, `.labels['a']`. */
  readonly fieldPath?: string
  /** Evaluates it on creation too, with `oldSelf` as an optional value. */
  readonly optionalOldSelf?: boolean
}

/**
 * The validation rules of a schema, as one of its options: `Type.Object({ … }, rules({ rule: 'self.min <= self.max' }))`, or beside others:
 * `Type.String({ maxLength: 20, ...rules({ rule: 'self == oldSelf', message: 'is immutable' }) })`.
 */
export const rules = (...all: readonly Rule[]): { readonly 'x-kubernetes-validations': readonly Rule[] } => ({
  'x-kubernetes-validations': all,
})

/** Options of an array: those of JSON Schema. */
export interface ListOptions extends SchemaOptions {
  readonly minItems?: number
  readonly maxItems?: number
}

const quantity =
  '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$'

const kubernetesTypes = {
  /** A whole number of 32 bits. */
  Int32: (options: SchemaOptions = {}): TUnsafe<number> =>
    TypeBox.Unsafe<number>({ ...options, type: 'integer', format: 'int32' }),

  /** A whole number of 64 bits: a bigint where it is beyond 2^53. */
  Int64: (options: SchemaOptions = {}): TUnsafe<number | bigint> =>
    TypeBox.Unsafe<number | bigint>({ ...options, type: 'integer', format: 'int64' }),

  /** A whole number or a string, like a port: `80` or `"http"`. */
  IntOrString: (options: SchemaOptions = {}): TUnsafe<number | string> =>
    TypeBox.Unsafe<number | string>({ ...options, 'x-kubernetes-int-or-string': true }),

  /** resource.Quantity, like `500m` or `2Gi`. */
  Quantity: (options: SchemaOptions = {}): TUnsafe<number | string> =>
    TypeBox.Unsafe<number | string>({ pattern: quantity, ...options, 'x-kubernetes-int-or-string': true }),

  /** metav1.Time or MicroTime: an RFC 3339 moment. */
  Time: (options: SchemaOptions = {}): TUnsafe<string> =>
    TypeBox.Unsafe<string>({ ...options, type: 'string', format: 'date-time' }),

  /** metav1.Duration, like `1h30m`. */
  Duration: (options: SchemaOptions = {}): TUnsafe<string> =>
    TypeBox.Unsafe<string>({ ...options, type: 'string', format: 'duration' }),

  /** An object of which no member is required. */
  PartialObject: <P extends TProperties>(members: P, options: ObjectOptions = {}): TPartial<TObject<P>> =>
    TypeBox.Partial(TypeBox.Object(members, options)),

  /** An object with any keys and members of one type: `additionalProperties`. */
  Map: <T extends TSchema>(members: T, options: ObjectOptions = {}): TUnsafe<Record<string, Static<T>>> =>
    TypeBox.Unsafe<Record<string, Static<T>>>({ ...options, type: 'object', additionalProperties: members }),

  /** A list in which no value stands twice; server-side apply owns its values one by one. */
  ListSet: <T extends TSchema>(items: T, options: ListOptions = {}): TUnsafe<Static<T>[]> =>
    TypeBox.Unsafe<Static<T>[]>({ ...options, type: 'array', items, 'x-kubernetes-list-type': 'set' }),

  /** A list of objects told apart by the members named in `keys`; server-side apply merges them by these. */
  ListMap: <T extends TSchema>(
    items: T,
    keys: readonly (keyof Static<T> & string)[],
    options: ListOptions = {},
  ): TUnsafe<Static<T>[]> =>
    TypeBox.Unsafe<Static<T>[]>({
      ...options,
      type: 'array',
      items,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': [...keys],
    }),

  /** Null is a value of its own, neither dropped nor replaced by the default. */
  Nullable: <T extends TSchema>(schema: T, options: SchemaOptions = {}): TUnsafe<Static<T> | null> =>
    TypeBox.Unsafe<Static<T> | null>({ ...schema, ...options, nullable: true }),

  /** Any JSON value, kept as it is. */
  Preserved: (options: SchemaOptions = {}): TUnsafe<unknown> =>
    TypeBox.Unsafe<unknown>({ ...options, 'x-kubernetes-preserve-unknown-fields': true }),

  /** metav1.Condition in a list, told apart by type: what `status.conditions` should be. */
  Conditions: (options: ListOptions = {}): TUnsafe<Condition[]> =>
    TypeBox.Unsafe<Condition[]>({
      ...options,
      type: 'array',
      items: conditionSchema,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
    }),

  /** core/v1 ObjectReference: enough to find an object, or a part of it. */
  ObjectReference: (options: ObjectOptions = {}): TUnsafe<ObjectReference> =>
    TypeBox.Unsafe<ObjectReference>({ ...options, ...objectReferenceSchema }),

  /** A whole object of some other kind, its members kept as they are. */
  EmbeddedResource: (options: SchemaOptions = {}): TUnsafe<EmbeddedObject> =>
    TypeBox.Unsafe<EmbeddedObject>({
      ...options,
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      'x-kubernetes-preserve-unknown-fields': true,
    }),
} as const

/** The type of {@link Type}.EmbeddedResource. */
export interface EmbeddedObject {
  apiVersion: string
  kind: string
  metadata?: {
    name?: string
    namespace?: string
    labels?: Record<string, string>
    annotations?: Record<string, string>
  }
  [member: string]: unknown
}

/** What schemas are written with: TypeBox's `Type`, and the types that Kubernetes' APIs have beside JSON's. */
export const Type: typeof TypeBox & typeof kubernetesTypes = Object.assign({}, TypeBox, kubernetesTypes)
