import { field, type FieldError, type FieldErrorType } from '../meta/field-error.ts'
import type { KubeObject } from '../meta/object.ts'
import { getOwn, type JsonObject, type JsonValue } from '../util/json.ts'
import { compileDefaults, type Filler } from './defaulting.ts'
import type { Kind } from './kind.ts'
import { compileOmission } from './omit-empty.ts'
import { fromRoot } from './member-path.ts'
import { compilePruning, type Pruner } from './pruning.ts'
import { compileRules, type RuleCheck } from './rules/rules.ts'
import { structuralSchema, type StructuralSchema } from './structural-schema.ts'
import { compileCheck } from './validation/check.ts'
import { compileEmbedded } from './validation/embedded-resources.ts'
import { compileListTypes } from './validation/list-types.ts'
import type { NestedCheck } from './validation/nested-check.ts'
import { ratcheted } from './validation/ratcheting.ts'
import { fieldErrors, type Check, type Violation } from './validation/violation.ts'

/** What a schema has to say of one object. */
export interface SchemaVerdict {
  readonly errors: FieldError[]
  /** Texts of Warnings: what is wrong, but was so before and did not change. */
  readonly warnings: string[]
}

/**
 * A kind's schema, compiled: defaulting, pruning and validation as custom resources have them.
 * Source: apiextensions-apiserver registry/customresource/strategy.go.
 */
export class CompiledKind {
  readonly kind: Kind
  readonly schema: StructuralSchema
  readonly #fillers: readonly Filler[]
  readonly #setDefaults: Kind['setDefaults']
  readonly #omit: Filler | undefined
  readonly #prune: Pruner
  readonly #check: Check
  readonly #status: Check | undefined
  readonly #embedded: NestedCheck | undefined
  readonly #listTypes: NestedCheck | undefined
  readonly #rules: RuleCheck | undefined

  constructor(kind: Kind) {
    const schema = structuralSchema(kind.schema)
    const status = schema.properties.get('status')
    this.kind = kind
    this.schema = schema
    this.#fillers = [compileDefaults(schema)].filter((fill) => fill !== undefined)
    this.#setDefaults = kind.setDefaults
    this.#omit = kind.omitEmpty ? compileOmission(schema) : undefined
    this.#prune = compilePruning(schema, true)
    this.#check = compileCheck(schema, true)
    this.#status = status && compileCheck(status)
    this.#embedded = compileEmbedded({ ...schema, embeddedResource: false })
    this.#listTypes = compileListTypes(schema)
    this.#rules = compileRules(schema)
  }

  /** It has validation rules (x-kubernetes-validations) somewhere. */
  get hasRules(): boolean {
    return this.#rules !== undefined
  }

  /**
   * Fills in defaults, in place: the schema's, then the author's. Null that is no value of its own goes, or with `keepsNulls` stays for
   * validation to refuse: what is applied means its nulls.
   */
  default(object: KubeObject, keepsNulls = false): void {
    for (const fill of this.#fillers) fill(json(object), keepsNulls)
    this.#setDefaults?.(object)
    this.#omit?.(json(object))
  }

  /** Drops null that is no value of its own, in place: an object that validation let pass with it does not keep it. */
  dropNulls(object: KubeObject): void {
    for (const fill of this.#fillers) fill(json(object))
  }

  /** Drops members that the schema does not declare, in place. Returns their paths, sorted. */
  prune(object: KubeObject): string[] {
    const dropped: string[] = []
    this.#prune(json(object), dropped)
    return dropped.map(fromRoot).sort()
  }

  /**
   * Judges an object of this version. With `old`, what is wrong but did not change is overlooked. `prior` are the errors
   * already found in the object: they too may keep the rules from being checked. Its result does not repeat them.
   */
  validate(object: KubeObject, old?: KubeObject, prior: readonly FieldError[] = []): SchemaVerdict {
    return this.#verdict(object, old, prior, () => {
      const violations = checked(this.#check, json(object), old && json(old))
      return fieldErrors(violations, '')
    })
  }

  /** Judges an object whose status alone was written: what the schema asks of other members is not looked at. */
  validateStatus(object: KubeObject, old: KubeObject, prior: readonly FieldError[] = []): SchemaVerdict {
    const status = getOwn(json(object), 'status')
    const before = getOwn(json(old), 'status')
    if (status === null && before === undefined) return this.#verdict(withoutStatus(object), old, prior, () => [])
    return this.#verdict(object, old, prior, () => {
      if (status === undefined || !this.#status) return []
      return fieldErrors(checked(this.#status, status, before), 'status')
    })
  }

  #verdict(
    object: KubeObject,
    old: KubeObject | undefined,
    prior: readonly FieldError[],
    schemaErrors: () => FieldError[],
  ): SchemaVerdict {
    const wrongType = this.typeErrors(object)
    const errors = [
      ...(wrongType.length ? wrongType : schemaErrors()),
      ...nestedErrors(this.#embedded, object),
      ...(old && nestedErrors(this.#listTypes, old).length ? [] : nestedErrors(this.#listTypes, object)),
    ]
    if (!this.#rules) return { errors, warnings: [] }
    if ([...prior, ...errors].some(({ type }) => blocking.has(type)))
      return { errors: [...errors, rulesNotChecked], warnings: [] }
    const ruled = this.#rules(json(object), old && json(old))
    return { errors: [...errors, ...ruled.errors], warnings: ruled.warnings }
  }

  /** What is wrong with apiVersion and kind. */
  typeErrors(object: KubeObject): FieldError[] {
    const { kind, apiVersion } = this.kind
    return [
      ...(object.kind === kind ? [] : [field.invalid('kind', object.kind, `must be ${kind}`)]),
      ...(object.apiVersion === apiVersion
        ? []
        : [field.invalid('apiVersion', object.apiVersion, `must be ${apiVersion}`)]),
    ]
  }
}

/** A null that is applied where there is no status changes nothing. */
function withoutStatus(object: KubeObject): KubeObject {
  const { status: _, ...rest } = json(object)
  return rest as unknown as KubeObject
}

const compiled = new WeakMap<Kind, CompiledKind>()

/** Compiles a kind's schema, once. Throws a TypeError that names the place of what schemas cannot say. */
export function compileKind(kind: Kind): CompiledKind {
  let known = compiled.get(kind)
  if (!known) compiled.set(kind, (known = new CompiledKind(kind)))
  return known
}

const json = (object: KubeObject): JsonObject => object as unknown as JsonObject

/** The old value is looked at only once something is wrong. */
function checked(check: Check, value: JsonValue, old: JsonValue | undefined): Violation[] {
  const violations: Violation[] = []
  check(value, undefined, violations)
  if (!violations.length || old === undefined) return violations
  const left: Violation[] = []
  ratcheted(check, value, old, left)
  return left
}

function nestedErrors(check: NestedCheck | undefined, object: KubeObject): FieldError[] {
  if (!check) return []
  const violations: Violation[] = []
  check(json(object), violations)
  return fieldErrors(violations, '')
}

/** Errors after which a rule might meet values that its types do not allow. */
const blocking: ReadonlySet<FieldErrorType> = new Set<FieldErrorType>([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
])

const rulesNotChecked = field.invalid(
  '',
  null,
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
)
