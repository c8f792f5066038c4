import { quote } from '../../meta/go-format.ts'
import type { JsonValue } from '../../util/json.ts'
import type { StructuralSchema } from '../structural-schema.ts'
import { violation, type Check, type Violation } from './violation.ts'

const complaint = (text: string): Violation => violation.composite((path) => `${quote(path)} ${text}`)

/** Judges by allOf, anyOf, oneOf and not. Source: kube-openapi validation/validate/schema_props.go. */
export function branchCheck(schema: StructuralSchema, compile: (branch: StructuralSchema) => Check): Check | undefined {
  const checks: Check[] = []
  if (schema.anyOf.length) checks.push(anyOf(schema.anyOf.map(compile)))
  if (schema.oneOf.length) checks.push(oneOf(schema.oneOf.map(compile)))
  if (schema.allOf.length) checks.push(allOf(schema.allOf.map(compile)))
  if (schema.not) checks.push(not(compile(schema.not)))
  if (!checks.length) return undefined
  return (value, old, violations) => {
    let matches = 0
    for (const check of checks) matches += check(value, old, violations)
    return matches
  }
}

interface Outcome {
  readonly matches: number
  readonly violations: readonly Violation[]
}

function judge(check: Check, value: JsonValue, old: JsonValue | undefined): Outcome {
  const violations: Violation[] = []
  return { matches: check(value, old, violations), violations }
}

/** The branch that came nearest explains what is wrong; of equals the first. */
const nearest = (best: Outcome | undefined, one: Outcome): Outcome => (best && best.matches >= one.matches ? best : one)

function anyOf(branches: readonly Check[]): Check {
  return (value, old, violations) => {
    let best: Outcome | undefined
    for (const branch of branches) {
      const outcome = judge(branch, value, old)
      if (!outcome.violations.length) return outcome.matches
      best = nearest(best, outcome)
    }
    violations.push(complaint('must validate at least one schema (anyOf)'), ...(best?.violations ?? []))
    return best?.matches ?? 0
  }
}

function oneOf(branches: readonly Check[]): Check {
  return (value, old, violations) => {
    const outcomes = branches.map((branch) => judge(branch, value, old))
    const valid = outcomes.filter((outcome) => !outcome.violations.length)
    const [only] = valid
    if (only && valid.length === 1) return only.matches
    const found = only ? `Found ${String(valid.length)} valid alternatives` : 'Found none valid'
    violations.push(complaint(`must validate one and only one schema (oneOf). ${found}`))
    if (only) return 0
    const best = outcomes.reduce(nearest)
    violations.push(...best.violations)
    return best.matches
  }
}

function allOf(branches: readonly Check[]): Check {
  return (value, old, violations) => {
    let matches = 0
    let validated = 0
    for (const branch of branches) {
      const before = violations.length
      matches += branch(value, old, violations)
      if (violations.length === before) validated++
    }
    if (validated < branches.length)
      violations.push(complaint(`must validate all the schemas (allOf)${validated ? '' : '. None validated'}`))
    return matches
  }
}

function not(branch: Check): Check {
  return (value, old, violations) => {
    if (!judge(branch, value, old).violations.length) violations.push(complaint('must not validate the schema (not)'))
    return 0
  }
}
