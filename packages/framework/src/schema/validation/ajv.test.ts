import { Ajv } from 'ajv'
import { expect } from 'chai'
import * as fc from 'fast-check'
import type { JsonObject, JsonValue } from '../../util/json.ts'
import { structuralSchema } from '../structural-schema.ts'
import { compileCheck } from './check.ts'
import type { Violation } from './violation.ts'

/** Few names, texts and numbers, so that schemas and values meet. */
const name = fc.constantFrom('a', 'b', 'c')
const text = fc.oneof(fc.constantFrom('', 'a', 'b', 'abc', 'é', '🙂🙂'), fc.string({ maxLength: 5 }))
const number = fc.oneof(fc.integer({ min: -3, max: 6 }), fc.constantFrom(0.5, 1.5, -0.25, 2.75))
const bound = fc.integer({ min: -3, max: 6 })
const count = fc.integer({ min: 0, max: 3 })

const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    number,
    fc.boolean(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3 }) as fc.Arbitrary<JsonObject>,
  ),
}))

/** Null is left out: Kubernetes drops it, or has it declared with `nullable`. */
const { schema } = fc.letrec<{ schema: JsonObject }>((tie) => {
  const branches = fc.array(tie('schema'), { minLength: 1, maxLength: 3 })
  const optional = fc.record(
    {
      enum: fc.uniqueArray(fc.oneof(text, number, fc.boolean()), { minLength: 1, maxLength: 3 }),
      // No fractions: Kubernetes holds an integer against their integer parts.
      minimum: bound,
      exclusiveMaximum: bound,
      multipleOf: fc.constantFrom(1, 2),
      minLength: count,
      maxLength: count,
      pattern: fc.constantFrom('^a', 'b$', '^[a-c]*$', '.', '^(a|bc)+$'),
      items: tie('schema'),
      minItems: count,
      maxItems: count,
      uniqueItems: fc.boolean(),
      properties: fc.dictionary(name, tie('schema'), { maxKeys: 3 }),
      required: fc.uniqueArray(name, { maxLength: 2 }),
      additionalProperties: fc.oneof(tie('schema'), fc.boolean()),
      minProperties: count,
      maxProperties: count,
      allOf: branches,
      anyOf: branches,
      oneOf: branches,
      not: tie('schema'),
    },
    { requiredKeys: [] },
  )
  const typed = fc.record({ type: fc.constantFrom('string', 'integer', 'number', 'boolean', 'array', 'object') })
  return {
    schema: fc
      .tuple(fc.option(typed, { nil: {} }), fc.oneof({ depthSize: 'small' }, fc.constant({}), optional))
      .map(([type, rest]) => few({ ...type, ...rest })),
  }
})

/** A few keywords only: with many of them no value is right. */
function few(all: object): JsonObject {
  const entries = Object.entries(all) as [string, JsonValue][]
  return Object.fromEntries(entries.slice(0, 4))
}

describe('compileCheck beside ajv', () => {
  const ajv = new Ajv({ strict: false, allErrors: true })

  it('takes and refuses the same values, for the keywords that JSON Schema shares', () => {
    let taken = 0
    let refused = 0
    const property = fc.property(schema, fc.array(value, { minLength: 1, maxLength: 8 }), (declared, values) => {
      const judge = ajv.compile(declared)
      const check = compileCheck(structuralSchema(declared as Parameters<typeof structuralSchema>[0]))
      for (const one of values) {
        const violations: Violation[] = []
        check(one, undefined, violations)
        const right = judge(one)
        expect(violations.length === 0, `${JSON.stringify(declared)} of ${JSON.stringify(one)}`).to.equal(right)
        if (right) taken++
        else refused++
      }
    })
    fc.assert(property, { numRuns: 600 })
    expect(Math.min(taken, refused)).to.be.above(300)
  }).timeout(60_000)
})
