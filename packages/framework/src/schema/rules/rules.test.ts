import type { TSchema } from '@sinclair/typebox'
import { expect } from 'chai'
import type { JsonObject, JsonValue } from '../../util/json.ts'
import { structuralSchema } from '../structural-schema.ts'
import { compileRules } from './rules.ts'

const rules = (...list: (string | JsonObject)[]): JsonObject => ({
  'x-kubernetes-validations': list.map((rule) => (typeof rule === 'string' ? { rule } : rule)),
})

function check(spec: JsonObject): (value: JsonValue, old?: JsonValue) => { errors: string[]; warnings: string[] } {
  const schema = { type: 'object', properties: { spec } } as unknown as TSchema
  const judge = compileRules(structuralSchema(schema))
  const whole = (value: JsonValue): JsonObject => ({
    apiVersion: 'a/v1',
    kind: 'A',
    metadata: { name: 'n' },
    spec: value,
  })
  return (value, old) => {
    if (!judge) throw new Error('no rules')
    const { errors, warnings } = judge(whole(value), old === undefined ? undefined : whole(old))
    return { errors: errors.map(String), warnings }
  }
}

const integer: JsonObject = { type: 'integer' }
const text: JsonObject = { type: 'string' }

describe('compileRules', () => {
  it('has nothing to say of a schema without rules', () => {
    expect(compileRules(structuralSchema({ type: 'object' } as unknown as TSchema))).to.equal(undefined)
    const empty = { type: 'object', ...rules(' ') } as unknown as TSchema
    expect(compileRules(structuralSchema(empty))).to.equal(undefined)
  })

  it('escapes names of properties', () => {
    const names = ['namespace', 'a-b', 'a.b', 'a/b', 'a__b', 'in']
    const properties = Object.fromEntries(names.map((name) => [name, integer]))
    const judge = check({
      type: 'object',
      properties,
      ...rules(
        'self.__namespace__ + self.a__dash__b + self.a__dot__b + self.a__slash__b + self.a__underscores__b + self.__in__ == 6',
      ),
    })
    expect(judge(Object.fromEntries(names.map((name) => [name, 1]))).errors).to.deep.equal([])
    expect(judge({ ...Object.fromEntries(names.map((name) => [name, 1])), in: 2 }).errors).to.have.length(1)
  })

  it('reads durations and times as kube-apiserver does, which validation does not always', () => {
    const judge = check({
      type: 'object',
      properties: { at: { type: 'string', format: 'date-time' }, wait: { type: 'string', format: 'duration' } },
      ...rules(
        "!has(self.wait) || self.wait == duration('90m')",
        "!has(self.at) || self.at < timestamp('2100-01-01T00:00:00Z')",
      ),
    })
    for (const wait of ['90m', '1h30m', 'PT1H 30M', '1 hour and 30 min', 'P1H, T30M'])
      expect(judge({ wait }).errors, wait).to.deep.equal([])
    expect(judge({ wait: 'P1D' }).errors).to.have.length(1)
    const problemOf = (at: string): string =>
      /Invalid date-time formatted string \S+: (.*) evaluating rule/.exec(judge({ at }).errors[0] ?? '')?.[1] ?? ''
    expect(judge({ at: '2020-01-02T03:04:05,5-24:00' }).errors).to.deep.equal([])
    expect(problemOf('2020-01-02t03:04:05z')).to.equal(
      'parsing time "2020-01-02t03:04:05z" as "2006-01-02T15:04:05": cannot parse "t03:04:05z" as "T"',
    )
    expect(problemOf('2020-01-02T03:04:05z')).to.equal('parsing time "2020-01-02T03:04:05z": extra text: "z"')
    expect(problemOf('2020-13-02T03:04:05Z')).to.equal('parsing time "2020-13-02T03:04:05Z": month out of range')
  })

  it('sees dates, durations, bytes and numbers of both kinds', () => {
    const judge = check({
      type: 'object',
      properties: {
        at: { type: 'string', format: 'date-time' },
        day: { type: 'string', format: 'date' },
        wait: { type: 'string', format: 'duration' },
        data: { type: 'string', format: 'byte' },
        port: { 'x-kubernetes-int-or-string': true },
        big: integer,
        ratio: { type: 'number' },
      },
      ...rules(
        "self.at.getFullYear() == 2020 && self.day < self.at && self.wait > duration('1m')",
        "self.data == b'hi' && self.big == 9007199254740993 && self.ratio == 1.0",
        'type(self.port) == int ? self.port > 0 : self.port.size() > 0',
      ),
    })
    const value = {
      at: '2020-06-01T00:00:00Z',
      day: '2020-01-01',
      wait: '1h',
      data: 'aGk=',
      big: 9007199254740993n,
      ratio: 1,
    }
    expect(judge({ ...value, port: 1 }).errors).to.deep.equal([])
    expect(judge({ ...value, port: '' }).errors).to.deep.equal([
      'spec: Invalid value: failed rule: type(self.port) == int ? self.port > 0 : self.port.size() > 0',
    ])
    expect(judge({ ...value, port: 'x', wait: '2 days' }).errors).to.deep.equal([])
  })

  it('says which types a value of no known type did not have', () => {
    const judge = check({
      'x-kubernetes-int-or-string': true,
      ...rules({ rule: 'self > 3', message: ' above three ' }),
    })
    expect(judge('x').errors).to.deep.equal([
      `spec: Invalid value: "": 'no such overload': call arguments did not match a supported operator, function or macro signature for rule: above three`,
    ])
    expect(judge(2).errors).to.deep.equal(['spec: Invalid value: 2: above three'])
  })

  it('compares sets and list maps without their order, and joins them by key', () => {
    const pair = { type: 'object', properties: { k: text, v: integer } }
    const judge = check({
      type: 'object',
      properties: {
        set: { type: 'array', 'x-kubernetes-list-type': 'set', items: integer },
        map: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'], items: pair },
        other: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'], items: pair },
      },
      ...rules(
        'self.set == [2, 1] && (self.set + [2, 3]).size() == 3',
        '(self.map + dyn(self.other)).map(e, e.v) == [9, 2, 3]',
      ),
    })
    const map = [
      { k: 'a', v: 1 },
      { k: 'b', v: 2 },
    ]
    const other = [
      { k: 'c', v: 3 },
      { k: 'a', v: 9 },
    ]
    expect(judge({ set: [1, 2], map, other }).errors).to.deep.equal([])
  })

  it('shows scalars, names fields below, and knows reasons', () => {
    const judge = check({
      type: 'object',
      properties: {
        a: { ...integer, ...rules({ rule: 'self > 1', reason: 'FieldValueDuplicate' }) },
        m: { type: 'object', additionalProperties: text },
      },
      ...rules({
        rule: "!('x y' in self.m)",
        fieldPath: ".m['x y']",
        reason: 'FieldValueForbidden',
        messageExpression: "'no ' + self.m['x y']",
      }),
    })
    expect(judge({ a: 1, m: { 'x y': 'z' } }).errors).to.deep.equal([
      'spec.m[x y]: Forbidden: no z',
      'spec.a: Duplicate value: 1',
    ])
  })

  it('falls back to the message when its expression says nothing of use', () => {
    const judge = (messageExpression: string): string[] =>
      check({ ...integer, ...rules({ rule: 'self > 1', message: 'plain', messageExpression }) })(0).errors
    const plain = ['spec: Invalid value: 0: plain']
    expect(judge("' '")).to.deep.equal(plain)
    expect(judge("'a\\nb'")).to.deep.equal(plain)
    expect(judge('string(1 / self)')).to.deep.equal(plain)
    expect(judge("' said '")).to.deep.equal(['spec: Invalid value: 0: said'])
  })

  it('compares with the old value of fields, keys and items of list maps', () => {
    const fixed = { ...text, ...rules('self == oldSelf') }
    const judge = check({
      type: 'object',
      properties: {
        map: { type: 'object', additionalProperties: fixed },
        list: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['k'],
          items: { type: 'object', properties: { k: text, v: fixed } },
        },
      },
    })
    const old = {
      map: { a: '1' },
      list: [
        { k: 'x', v: '1' },
        { k: 'y', v: '2' },
      ],
    }
    expect(judge(old).errors).to.deep.equal([])
    expect(
      judge(
        {
          map: { a: '1', b: '2' },
          list: [
            { k: 'y', v: '2' },
            { k: 'x', v: '1' },
          ],
        },
        old,
      ).errors,
    ).to.deep.equal([])
    expect(judge({ map: { a: '2' }, list: [{ k: 'y', v: '1' }] }, old).errors).to.deep.equal([
      'spec.map[a]: Invalid value: "2": failed rule: self == oldSelf',
      'spec.list[0].v: Invalid value: "1": failed rule: self == oldSelf',
    ])
  })

  it('warns of what was wrong before and did not change, and only of that', () => {
    const judge = check({
      type: 'object',
      properties: {
        a: { ...integer, ...rules('self > 1') },
        b: integer,
        list: { type: 'array', items: { ...integer, ...rules('self > 1') } },
        branch: { ...integer, allOf: [rules('self > 1')] },
      },
    })
    const failed = (path: string, value: number): string =>
      `${path}: Invalid value: ${String(value)}: failed rule: self > 1`
    expect(judge({ a: 0, b: 2 }, { a: 0, b: 1 })).to.deep.equal({ errors: [], warnings: [failed('spec.a', 0)] })
    expect(judge({ a: 1 }, { a: 0 })).to.deep.equal({ errors: [failed('spec.a', 1)], warnings: [] })
    // Items of a plain list have no old value: the list counts.
    expect(judge({ b: 1, list: [0] }, { list: [0] }).warnings).to.deep.equal([failed('spec.list[0]', 0)])
    expect(judge({ list: [0, 5] }, { list: [0] }).errors).to.deep.equal([failed('spec.list[0]', 0)])
    expect(judge({ branch: 0, b: 1 }, { branch: 0 }).errors).to.deep.equal([failed('spec.branch', 0)])
  })

  it('stops at the budget of a call and of an object', () => {
    const rule = 'self.all(a, self.all(b, self.all(c, a + b + c >= 0)))'
    const list = { type: 'array', items: integer, ...rules(rule, 'false') }
    const call = `'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: ${rule}`
    expect(check(list)(Array.from({ length: 100 }, (_, i) => i)).errors).to.deep.equal([
      `spec: Invalid value: "array": ${call}`,
    ])
    const many = check({
      type: 'array',
      items: { type: 'array', items: integer, ...rules('self.all(a, self.all(b, a + b >= 0))') },
    })
    const rows = Array.from({ length: 20 }, () => Array.from({ length: 300 }, (_, i) => i))
    const { errors } = many(rows)
    expect(errors).to.have.length(1)
    expect(errors[0]).to.match(
      /^spec\[\d+\]: Invalid value: "array": validation failed due to running out of cost budget/,
    )
  })

  it('does not evaluate what is null or absent, and hides what may hold anything', () => {
    const judge = check({
      type: 'object',
      properties: {
        a: { ...integer, nullable: true, ...rules('false') },
        any: { 'x-kubernetes-preserve-unknown-fields': true },
      },
    })
    expect(judge({ a: null, any: 1 }).errors).to.deep.equal([])
    expect(judge({}).errors).to.deep.equal([])
    const hidden = {
      type: 'object',
      properties: { any: { 'x-kubernetes-preserve-unknown-fields': true } },
      ...rules('has(self.any)'),
    }
    expect(() => check(hidden)).to.throw(TypeError, "undefined field 'any'")
  })

  it('shows the kind and name of whole objects inside', () => {
    const judge = check({
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      ...rules("self.kind == 'Pod' && self.metadata.name != ''"),
    })
    expect(judge({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', labels: {} } }).errors).to.deep.equal([])
  })

  const place = '.spec.x-kubernetes-validations[0]'
  const mistakes: readonly [rule: string | JsonObject, message: string][] = [
    ['self.x', `${place}.rule: 1:5: undefined field 'x'`],
    ['1', `${place}.rule: 1:1: must evaluate to a bool`],
    ['self.a ==', `${place}.rule: 1:10: Syntax error`],
    [{ rule: 'true', messageExpression: '1' }, `${place}.messageExpression: 1:1: must evaluate to a string`],
    [{ rule: 'true', fieldPath: '.x' }, `${place}.fieldPath: .x does not refer to a valid field`],
    [{ rule: 'true', fieldPath: 'a' }, `${place}.fieldPath: a is not a path`],
    [{ rule: 'true', reason: 'Bad' }, `${place}.reason: Bad`],
    [{ rule: 'true', message: 'a\nb' }, `${place}.message: it must not contain line breaks`],
  ]
  for (const [rule, message] of mistakes)
    it(`refuses at start-up: ${message}`, () => {
      expect(() => check({ type: 'object', properties: { a: integer }, ...rules(rule) })).to.throw(TypeError, message)
    })

  it('refuses oldSelf where no old value can be told', () => {
    const list = { type: 'array', items: { ...integer, ...rules('self == oldSelf') } }
    expect(() => check(list)).to.throw(TypeError, '.spec[*].x-kubernetes-validations[0].rule: oldSelf cannot be used')
  })
})
