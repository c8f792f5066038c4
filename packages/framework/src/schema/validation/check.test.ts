import { expect } from 'chai'
import type { TSchema } from '@sinclair/typebox'
import { defineKind } from '../kind.ts'
import { compileKind } from '../structural.ts'
import type { JsonObject, JsonValue } from '../../util/json.ts'

/** What a schema for `.spec.x` says of a value. */
function complaints(schema: JsonObject, value: JsonValue, old?: JsonValue): string[] {
  const kind = defineKind({
    group: 'example.com',
    version: 'v1',
    kind: 'Thing',
    plural: 'things',
    schema: {
      type: 'object',
      properties: { spec: { type: 'object', properties: { x: schema } } },
    } as unknown as TSchema,
  })
  const object = (x: JsonValue): never =>
    ({ apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'a' }, spec: { x } }) as never
  const { errors, warnings } = compileKind(kind).validate(object(value), old === undefined ? undefined : object(old))
  expect(warnings).to.deep.equal([])
  return errors.map((error) => `${error.type.replace('FieldValue', '')} ${String(error)}`)
}

const type = (types: string, actual: string): string =>
  `TypeInvalid spec.x: Invalid value: "${actual}": spec.x in body must be of type ${types}: "${actual}"`
const invalid = (value: string, text: string): string =>
  `Invalid spec.x: Invalid value: ${value}: spec.x in body ${text}`
const composite = (text: string): string => `Invalid <nil>: Invalid value: "": ${text}`

const table: [what: string, schema: JsonObject, value: JsonValue, expected: string[]][] = [
  ['a text for an integer', { type: 'integer' }, 'a', [type('integer', 'string')]],
  ['null', { type: 'string' }, null, [type('string', 'null')]],
  ['null where nullable', { type: 'string', nullable: true }, null, []],
  ['an integer for a number', { type: 'number' }, 1, []],
  ['5.0 for an integer', { type: 'integer' }, 5.0, []],
  ['an integer beyond 2^53', { type: 'integer', format: 'int64' }, 9007199254740993n, []],
  [
    'an integer beyond 2^53, above a maximum',
    { type: 'integer', maximum: 10 },
    9007199254740993n,
    [invalid('9007199254740993', 'should be less than or equal to 10')],
  ],
  [
    'a number that no int64 holds, as Go prints it',
    { type: 'number', maximum: 10 },
    1234567.5,
    [invalid('1.2345675e+06', 'should be less than or equal to 10')],
  ],
  ['a whole float64', { type: 'number', maximum: 10 }, 1e20, [invalid('1e+20', 'should be less than or equal to 10')]],
  [
    'the alternatives of int-or-string, where the schema says them too',
    { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
    true,
    [
      type('integer,string', 'boolean'),
      composite('"spec.x" must validate at least one schema (anyOf)'),
      type('integer', 'boolean'),
    ],
  ],
  ['a list for int-or-string', { 'x-kubernetes-int-or-string': true }, [], [type('integer,string', 'array')]],
  [
    'an object for a time',
    { type: 'string', format: 'date-time' },
    {},
    ['TypeInvalid spec.x: Invalid value: "": spec.x in body must be of type date-time: ""'],
  ],
  ['a missing member', { type: 'object', required: ['y'] }, {}, ['Required spec.x.y: Required value']],
  [
    'a value that is not listed',
    { type: 'string', enum: ['red', 'blue'] },
    'green',
    ['NotSupported spec.x: Unsupported value: "green": supported values: "red", "blue"'],
  ],
  [
    'a number that is not listed',
    { type: 'integer', enum: [1, 2] },
    3,
    ['NotSupported spec.x: Unsupported value: 3: supported values: "1", "2"'],
  ],
  ['minimum', { type: 'integer', minimum: 0 }, -1, [invalid('-1', 'should be greater than or equal to 0')]],
  ['maximum', { type: 'integer', maximum: 10 }, 11, [invalid('11', 'should be less than or equal to 10')]],
  [
    'exclusive minimum of OpenAPI',
    { type: 'number', minimum: 0, exclusiveMinimum: true },
    0,
    [invalid('0', 'should be greater than 0')],
  ],
  [
    'exclusive maximum of JSON Schema',
    { type: 'number', exclusiveMaximum: 5 },
    5,
    [invalid('5', 'should be less than 5')],
  ],
  [
    'a fraction below a large minimum',
    { type: 'number', minimum: 1e6 },
    0.5,
    [invalid('0.5', 'should be greater than or equal to 1e+06')],
  ],
  ['multipleOf', { type: 'number', multipleOf: 0.5 }, 0.7, [invalid('0.7', 'should be a multiple of 0.5')]],
  ['a multiple of a fraction', { type: 'number', multipleOf: 0.1 }, 0.3, []],
  // As kube-apiserver 1.36 has answered: an integer is held against the integer part of a limit.
  [
    'an integer that should be a multiple of a fraction',
    { type: 'number', multipleOf: 0.5 },
    1,
    ['Invalid spec.x: Invalid value: 0: factor MultipleOf declared for spec.x must be positive: 0'],
  ],
  [
    'what is too large for an integer',
    { type: 'number', multipleOf: 0.5 },
    1e22,
    [invalid('1e+22', 'should be a multiple of 0.5')],
  ],
  [
    'an integer and a factor above one',
    { type: 'number', multipleOf: 2.5 },
    5,
    [invalid('5', 'should be a multiple of 2')],
  ],
  ['an integer at the integer part of a minimum', { type: 'number', minimum: 0.5 }, 0, []],
  [
    'an integer above the integer part of a maximum',
    { type: 'number', maximum: 1.5 },
    2,
    [invalid('2', 'should be less than or equal to 1')],
  ],
  [
    'an integer at that of an exclusive one',
    { type: 'number', maximum: 1.5, exclusiveMaximum: true },
    1,
    [invalid('1', 'should be less than 1')],
  ],
  [
    'a fraction and a fractional maximum',
    { type: 'number', maximum: 1.5 },
    1.6,
    [invalid('1.6', 'should be less than or equal to 1.5')],
  ],
  [
    'a fractional minimum of integers',
    { type: 'integer', minimum: 1.5 },
    1,
    [
      'Invalid <nil>: Invalid value: "": Minimum boundary value must be of type integer (default format) in spec.x',
      invalid('1', 'should be greater than or equal to 1.5'),
    ],
  ],
  ['a list for a time, which is not told', { type: 'string', format: 'date-time' }, [1], []],
  ['pattern', { type: 'string', pattern: '^a+$' }, 'b', [invalid('"b"', "should match '^a+$'")]],
  ['minLength', { type: 'string', minLength: 2 }, '😀', [invalid('"😀"', 'should be at least 2 chars long')]],
  ['maxLength in characters', { type: 'string', maxLength: 2 }, '😀😀', []],
  ['maxLength', { type: 'string', maxLength: 4 }, 'abcde', ['TooLong spec.x: Too long: may not be more than 4 bytes']],
  ['minItems', { type: 'array', minItems: 1 }, [], [invalid('0', 'should have at least 1 items')]],
  ['maxItems', { type: 'array', maxItems: 2 }, [1, 2, 3], ['TooMany spec.x: Too many: 3: must have at most 2 items']],
  ['minProperties', { type: 'object', minProperties: 1 }, {}, [invalid('0', 'should have at least 1 properties')]],
  [
    'maxProperties',
    { type: 'object', maxProperties: 1 },
    { a: 1, b: 1 },
    ['TooMany spec.x: Too many: 2: must have at most 1 item'],
  ],
  [
    'uniqueItems',
    { type: 'array', uniqueItems: true },
    [{ a: 1 }, { a: 1 }],
    [invalid('""', "shouldn't contain duplicates")],
  ],
  [
    'additionalProperties false',
    { type: 'object', additionalProperties: false },
    { k: 1 },
    ['Invalid spec.x: Invalid value: "k": spec.x.k in body is a forbidden property'],
  ],
  [
    'format',
    { type: 'string', format: 'date-time' },
    'x',
    ['TypeInvalid spec.x: Invalid value: "x": spec.x in body must be of type date-time: "x"'],
  ],
  ['an unknown format', { type: 'string', format: 'unheard-of' }, 'x', []],
  [
    'the range of int32',
    { type: 'integer', format: 'int32' },
    2147483648,
    [composite('Checked value must be of type integer with format int32 in spec.x')],
  ],
  [
    'an item',
    { type: 'array', items: { type: 'object', properties: { a: { type: 'string' } } } },
    [{ a: 'b' }, { a: 1 }],
    ['TypeInvalid spec.x[1].a: Invalid value: "integer": spec.x[1].a in body must be of type string: "integer"'],
  ],
  [
    'a member of a map',
    { type: 'object', additionalProperties: { type: 'string' } },
    { 'a.b/c': 1 },
    ['TypeInvalid spec.x.a.b/c: Invalid value: "integer": spec.x.a.b/c in body must be of type string: "integer"'],
  ],
  [
    'anyOf, explained by the nearest branch',
    {
      type: 'object',
      properties: { ip: { type: 'string' } },
      anyOf: [{ required: ['host'] }, { required: ['ip'], properties: { ip: { pattern: '^10\\.' } } }],
    },
    { ip: '192.168.0.1' },
    [
      composite('"spec.x" must validate at least one schema (anyOf)'),
      'Invalid spec.x.ip: Invalid value: "192.168.0.1": spec.x.ip in body should match \'^10\\.\'',
    ],
  ],
  [
    'oneOf, none',
    { type: 'object', oneOf: [{ required: ['a'] }, { required: ['b'] }] },
    {},
    [
      composite('"spec.x" must validate one and only one schema (oneOf). Found none valid'),
      'Required spec.x.a: Required value',
    ],
  ],
  [
    'oneOf, two',
    { type: 'object', oneOf: [{ required: ['a'] }, { required: ['b'] }] },
    { a: 1, b: 1 },
    [composite('"spec.x" must validate one and only one schema (oneOf). Found 2 valid alternatives')],
  ],
  [
    'allOf, some',
    { type: 'integer', allOf: [{ minimum: 0 }, { maximum: 5 }] },
    6,
    [invalid('6', 'should be less than or equal to 5'), composite('"spec.x" must validate all the schemas (allOf)')],
  ],
  [
    'allOf, none',
    { type: 'integer', allOf: [{ maximum: 5 }] },
    6,
    [
      invalid('6', 'should be less than or equal to 5'),
      composite('"spec.x" must validate all the schemas (allOf). None validated'),
    ],
  ],
  [
    'not',
    { type: 'string', not: { enum: ['root'] } },
    'root',
    [composite('"spec.x" must not validate the schema (not)')],
  ],
  [
    'a set',
    { type: 'array', 'x-kubernetes-list-type': 'set' },
    ['a', 'b', 'a', 'a'],
    ['Duplicate spec.x[2]: Duplicate value: "a"'],
  ],
  [
    'a list map',
    { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name', 'port'] },
    [
      { name: 'a', port: 80 },
      { name: 'a', port: 81 },
      { port: 80, name: 'a', y: 1 },
    ],
    ['Duplicate spec.x[2]: Duplicate value: {"name":"a","port":80}'],
  ],
  [
    'a list map of texts',
    { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] },
    ['a'],
    ['Invalid spec.x[0]: Invalid value: "a": must be an object for an array of list-type map'],
  ],
  [
    'an embedded resource',
    { type: 'object', 'x-kubernetes-embedded-resource': true },
    { kind: '', metadata: { labels: { 'a b': 'c' } } },
    [
      'Required spec.x.apiVersion: Required value',
      'Invalid spec.x.kind: Invalid value: "": must not be empty',
      `Invalid spec.x.metadata.labels: Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
    ],
  ],
]

describe('CompiledKind.validate', () => {
  for (const [what, schema, value, expected] of table)
    it(`words ${what} as kube-apiserver does`, () => {
      expect(complaints(schema, value)).to.deep.equal(expected)
    })

  describe('of an update', () => {
    const maxTen: JsonObject = {
      type: 'object',
      properties: { a: { type: 'integer', maximum: 10 }, b: { type: 'integer' } },
    }
    it('overlooks what did not change, and only that', () => {
      expect(complaints(maxTen, { a: 11, b: 2 }, { a: 11, b: 1 })).to.deep.equal([])
      expect(complaints(maxTen, { a: 12, b: 1 }, { a: 11, b: 1 })).to.have.length(1)
      expect(complaints(maxTen, { a: 11 })).to.have.length(1)
    })

    it('judges an object anew once something inside of it changed', () => {
      const schema: JsonObject = { type: 'object', required: ['c'], properties: { a: { type: 'integer' } } }
      expect(complaints(schema, { a: 1 }, { a: 1 })).to.deep.equal([])
      expect(complaints(schema, { a: 2 }, { a: 1 })).to.deep.equal(['Required spec.x.c: Required value'])
    })

    it('finds the old items of a list map by their keys, those of other lists not at all', () => {
      const items: JsonObject = {
        type: 'object',
        properties: { k: { type: 'string' }, n: { type: 'integer', minimum: 0 } },
      }
      const map: JsonObject = {
        type: 'array',
        items,
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
      }
      const old = [
        { k: 'a', n: -1 },
        { k: 'b', n: 1 },
      ]
      expect(
        complaints(
          map,
          [
            { k: 'c', n: 0 },
            { k: 'a', n: -1 },
          ],
          old,
        ),
      ).to.deep.equal([])
      expect(
        complaints(
          { type: 'array', items },
          [
            { k: 'c', n: 0 },
            { k: 'a', n: -1 },
          ],
          old,
        ),
      ).to.have.length(1)
    })

    it('tolerates duplicates where there were some before', () => {
      const set: JsonObject = { type: 'array', 'x-kubernetes-list-type': 'set' }
      expect(complaints(set, ['a', 'a', 'b', 'b'], ['c', 'c'])).to.deep.equal([])
      expect(complaints(set, ['a', 'a'], ['c'])).to.have.length(1)
    })
  })
})
