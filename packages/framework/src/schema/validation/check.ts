import { field } from '../../meta/field-error.ts'
import { deepEqual, stringify, type JsonValue } from '../../util/json.ts'
import type { StructuralSchema } from '../structural-schema.ts'
import { branchCheck } from './branch-checks.ts'
import { listCheck } from './list-checks.ts'
import { numberCheck } from './number-checks.ts'
import { objectCheck } from './object-checks.ts'
import { stringCheck } from './string-checks.ts'
import { knownFormat, typeCheck } from './type-check.ts'
import { violation, type Check, type Violation } from './violation.ts'

/**
 * Compiles what a schema asks of a value, with the messages and the order of kube-openapi's validator. The count that a
 * check returns is that validator's MatchCount: it decides which branch of a union explains a failure.
 */
export function compileCheck(schema: StructuralSchema, root = false): Check {
  const type = typeCheck(schema)
  const branches = branchCheck(schema, (branch) => compileCheck(branch, root))
  const strings = stringCheck(schema)
  const numbers = numberCheck(schema)
  const list = listCheck(schema, schema.items && compileCheck(schema.items))
  const object = objectCheck(schema, (member) => compileCheck(member), root)
  const allowed = enumCheck(schema.enum)
  const textMatches = knownFormat(schema) === '' ? 1 : 2
  return (value, old, violations) => {
    if (value === null) {
      const matches = type ? type(value, old, violations) : 1
      allowed?.(value, violations)
      return matches
    }
    let matches = type ? 1 + type(value, old, violations) : 0
    // One each for: the branches and their validator, the enum's validator, the value as a whole.
    matches += 4 + (branches?.(value, old, violations) ?? 0)
    if (typeof value === 'string') {
      matches += textMatches
      strings?.(value, violations)
    } else if (typeof value === 'number' || typeof value === 'bigint') {
      matches += 2
      numbers?.(value, violations)
    } else if (Array.isArray(value)) matches += 1 + list(value, old, violations)
    else if (typeof value === 'object') matches += 1 + object(value, old, violations)
    allowed?.(value, violations)
    return matches
  }
}

function enumCheck(
  values: readonly JsonValue[] | undefined,
): ((value: JsonValue, violations: Violation[]) => void) | undefined {
  if (!values?.length) return undefined
  const scalars = new Set(values)
  const names = values.map((value) => (typeof value === 'string' ? value : stringify(value)))
  return (value, violations) => {
    if (scalars.has(value) || values.some((one) => deepEqual(one, value))) return
    violations.push(violation.of((path) => field.notSupported(path, value, names)))
  }
}
