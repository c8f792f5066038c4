import type { KubeObject } from '../../../meta/object.ts'
import { StatusError } from '../../../meta/status.ts'
import { listOf, objectType } from '../../../schema/cel/cel-type.ts'
import { StructValue } from '../../../schema/cel/struct-value.ts'
import { List, type Value } from '../../../schema/cel/value.ts'
import { isObject, setOwn, type JsonObject, type JsonValue } from '../../../util/json.ts'
import type { AccessChecks } from '../cel/access-checks.ts'
import { Activation } from '../cel/activation.ts'
import { AdmissionExpression, Budget, compileVariables } from '../cel/expression.ts'
import { MatchConditions } from '../cel/match-conditions.ts'
import type { Mutation, MutatingPolicySpec, Policy } from '../configuration/registration.ts'
import type { VersionedWrite } from '../matching/versions.ts'
import { PatchTestError, type AdmissionObjects } from '../objects.ts'
import { applyConfiguration } from './apply-configuration.ts'
import { jsonOfStruct } from './struct-json.ts'
import { policyBudget } from './validating-policy.ts'

const patchType = objectType('JSONPatch', new Map())
const configurationType = objectType('Object', new Map())

export interface MutationInputs {
  readonly write: VersionedWrite
  readonly params: KubeObject | undefined
  readonly namespace: KubeObject | undefined
  readonly checks: AccessChecks
}

/** What an expression of a mutation evaluates to makes another object of an object. */
type Make = (value: Value, object: KubeObject, write: VersionedWrite, objects: AdmissionObjects) => KubeObject

interface CompiledMutation {
  readonly expression: AdmissionExpression
  readonly make: Make
}

/** A MutatingAdmissionPolicy, compiled. Source: policy/mutating/compilation.go. */
export class MutatingPolicy {
  readonly mutations: readonly CompiledMutation[]
  readonly reinvokes: boolean
  readonly #variables: ReadonlyMap<string, AdmissionExpression>
  readonly #conditions: MatchConditions

  constructor({ spec }: Policy<MutatingPolicySpec>) {
    const base = { params: spec.paramKind !== undefined, authorizer: true }
    const variables = compileVariables(spec.variables ?? [], base)
    const declared = { ...base, variables: variables.types }
    this.reinvokes = spec.reinvocationPolicy === 'IfNeeded'
    this.#variables = variables.expressions
    this.#conditions = new MatchConditions(spec.matchConditions ?? [], declared, spec.failurePolicy)
    this.mutations = (spec.mutations ?? []).flatMap((mutation) => compileMutation(mutation, declared))
  }

  /** Throws a MatchConditionError where that cannot be decided. */
  async wants(inputs: MutationInputs): Promise<boolean> {
    return this.#conditions.empty || this.#conditions.match(this.#activation(inputs))
  }

  /** The object that a mutation makes of that of the write. Throws what keeps it from that: a StatusError ends the request. */
  async mutate({ expression, make }: CompiledMutation, inputs: MutationInputs): Promise<KubeObject | undefined> {
    const { write } = inputs
    const { object, attributes } = write
    if (!object) return undefined
    if (!attributes.objects) throw StatusError.internal('the objects of the request are not known')
    if (expression.error !== undefined) throw new Error(expression.error)
    const result = await expression.evaluate(this.#activation(inputs), new Budget(policyBudget))
    if ('error' in result) throw new Error(result.error)
    return make(result.value, object, write, attributes.objects)
  }

  #activation(inputs: MutationInputs): Activation {
    return new Activation({ ...inputs, variables: this.#variables })
  }
}

function compileMutation(
  { patchType: type, applyConfiguration: apply, jsonPatch }: Mutation,
  declared: ConstructorParameters<typeof AdmissionExpression>[1],
): CompiledMutation[] {
  const patches = { ...declared, patches: true }
  if (type === 'JSONPatch' && jsonPatch)
    return [
      { expression: new AdmissionExpression(jsonPatch.expression ?? '', patches, [listOf(patchType)]), make: patched },
    ]
  if (type === 'ApplyConfiguration' && apply)
    return [
      { expression: new AdmissionExpression(apply.expression ?? '', patches, [configurationType]), make: applied },
    ]
  return []
}

const applied: Make = (value, object, { kind }, objects) => {
  const configuration = jsonOfStruct(value)
  const type = objects.typeOf(kind)
  if (!isObject(configuration) || !type) throw new Error('unsupported return type from ApplyConfiguration expression')
  return decoded(objects, applyConfiguration(type, object, configuration), kind, false)
}

const patched: Make = (value, object, { kind }, objects) => {
  const operations = value instanceof List ? value.items.map(operationOf) : []
  let document: JsonValue
  try {
    document = objects.patch(object as unknown as JsonValue, operations)
  } catch (error) {
    // A test that fails says that there is nothing to do.
    if (error instanceof PatchTestError) return object
    throw new Error(`JSON Patch: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
  return decoded(objects, document, kind, true)
}

function operationOf(value: Value): JsonValue {
  if (!(value instanceof StructValue))
    throw new Error('type mismatch: JSONPatchType.expression should evaluate to array of JSONPatch')
  const operation: JsonObject = { op: '', path: '' }
  for (const name of value.keys()) {
    const member = jsonOfStruct(value.get(name) ?? null)
    if (name !== 'from' || member !== '') setOwn(operation, name, member)
  }
  return operation
}

function decoded(
  objects: AdmissionObjects,
  document: JsonValue,
  kind: VersionedWrite['kind'],
  strict: boolean,
): KubeObject {
  try {
    return objects.decode(document, kind, strict)
  } catch (error) {
    throw StatusError.internal(new Error(error instanceof Error ? error.message : String(error), { cause: error }))
  }
}
