import { objectType, types, type CelType } from '../../../schema/cel/cel-type.ts'
import { kubernetesEnvironment, type Environment } from '../../../schema/cel/environment.ts'
import { functionsOf, type Functions } from '../../../schema/cel/overload.ts'
import { authorizerLibrary, authorizerTypes } from './authorizer-library.ts'
import { patchLibrary, patchTypes } from './patch-types.ts'
import { namespaceType, requestType } from './request-type.ts'

/** What an expression may name beside the write itself. */
export interface Declarations {
  readonly params?: boolean
  readonly authorizer?: boolean
  /** `Object{…}` and `JSONPatch{…}`. */
  readonly patches?: boolean
  /** The policy's own variables: their types by name. */
  readonly variables?: ReadonlyMap<string, CelType>
}

export type VariableName =
  | 'object'
  | 'oldObject'
  | 'namespaceObject'
  | 'request'
  | 'params'
  | 'authorizer'
  | 'authorizer.requestResource'
  | 'variables'

/** The environment of an admission expression. Source: admission/plugin/cel/compile.go. */
export function admissionEnvironment(declared: Declarations): Environment {
  const variables = new Map<VariableName, CelType>([
    ['object', types.dyn],
    ['oldObject', types.dyn],
    ['namespaceObject', namespaceType],
    ['request', requestType],
  ])
  if (declared.params) variables.set('params', types.dyn)
  if (declared.authorizer) {
    variables.set('authorizer', { name: authorizerTypes.authorizer, parameters: [] })
    variables.set('authorizer.requestResource', { name: authorizerTypes.resource, parameters: [] })
  }
  if (declared.variables) variables.set('variables', objectType('kubernetes.variables', declared.variables))
  const base = kubernetesEnvironment(variables)
  return {
    ...base,
    functions: extended(base.functions),
    ...(declared.patches ? { structTypes: patchTypes } : {}),
  }
}

let functions: Functions | undefined

function extended(base: Functions): Functions {
  return (functions ??= functionsOf([...base.values()].flat(), authorizerLibrary, patchLibrary))
}
