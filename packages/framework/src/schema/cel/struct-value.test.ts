import { expect } from 'chai'
import { CostMeter } from './cost.ts'
import { types, objectType, type CelType } from './cel-type.ts'
import { ExpressionError } from './cel-error.ts'
import { kubernetesEnvironment, type Environment } from './environment.ts'
import { jsonOfValue, valueOfJson } from './json-value.ts'
import { compile } from './program.ts'
import type { StructTypes } from './struct-value.ts'
import type { Value } from './value.ts'

const fields = new Map<string, CelType>([
  ['op', types.string],
  ['value', types.dyn],
])
const structTypes: StructTypes = (name) =>
  name === 'Patch' || name === 'Patch.inner'
    ? { type: objectType(name, fields), fieldType: (field) => fields.get(field) }
    : undefined
const environment: Environment = { ...kubernetesEnvironment(new Map([['object', types.dyn]])), structTypes }

const run = (source: string, object: Value = null): Value =>
  compile(source, environment).evaluate([object], new CostMeter(1e6))
const json = (source: string): unknown => jsonOfValue(run(source))

describe('compile: values of named types', () => {
  it('makes them of their fields', () => {
    expect(json('Patch{}')).to.deep.equal({})
    expect(json('Patch{op: "add", value: Patch.inner{value: [1, 2]}}')).to.deep.equal({
      op: 'add',
      value: { value: [1, 2] },
    })
    expect(json('Patch{?op: optional.none(), ?value: optional.of({"a": true}),}')).to.deep.equal({ value: { a: true } })
  })
  it('compares them and reads their fields', () => {
    expect(run('Patch{op: "a"} == Patch{op: "a"} && Patch{op: "a"}.op == "a"')).to.equal(true)
    expect(run('has(Patch{op: "a"}.op) && !has(Patch{}.op)')).to.equal(true)
    expect(run('[Patch{op: "a"}, Patch{op: "b"}].map(p, p.op)[1] == "b"')).to.equal(true)
  })
  for (const [source, message] of Object.entries({
    'Other{}': "undeclared reference to 'Other'",
    'Patch{op: 1}': "expected type of field 'op' is 'string' but provided type is 'int'",
    'Patch{nope: 1}': "undefined field 'nope'",
    'Patch{op "a"}': "Syntax error: unexpected 'literal', expecting ':'",
    'Patch{1: 2}': 'Syntax error',
  }))
    it(`refuses ${source}`, () => expect(() => run(source)).to.throw(ExpressionError, message))

  it('counts what making one costs', () => {
    const meter = new CostMeter(1e6)
    compile('Patch{op: "a"}', environment).evaluate([null], meter)
    expect(meter.spent).to.equal(40)
  })
})

describe('valueOfJson', () => {
  it('is what jsonOfValue gives back', () => {
    const document = { a: [1, 1.5, 'x', null, { b: false }], big: 9007199254740993n, ['__proto__']: 1 }
    expect(jsonOfValue(valueOfJson(document))).to.deep.equal(document)
  })
  it('tells whole numbers from others', () => {
    const object = valueOfJson({ a: 1, b: 1.5 })
    expect(run('object.a == 1 && type(object.a) == int && type(object.b) == double', object)).to.equal(true)
  })
  it('does not see what objects inherit', () => {
    expect(run('has(object.constructor) || has(object.toString)', valueOfJson({}))).to.equal(false)
  })
  it('has no JSON for what there is none for', () => {
    expect(() => jsonOfValue(run('{1: 2}'))).to.throw('map key of type int is no string')
    expect(() => jsonOfValue(run('type(1)'))).to.throw('no JSON value')
  })
})
