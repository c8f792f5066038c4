import { Type } from '@sinclair/typebox'
import { expect } from 'chai'
import { StatusError } from '../meta/status.ts'
import { isObject, parseJson, type JsonValue } from '../util/json.ts'
import { decodeObject, decodeUnstructured, type DecodedObject, type DecodeOptions } from './decode.ts'
import { defineKind } from './kind.ts'
import { compileKind } from './structural.ts'

const kind = defineKind({
  group: 'example.com',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
  schema: Type.Object({
    spec: Type.Optional(
      Type.Object({
        color: Type.Optional(Type.String()),
        size: Type.Optional(Type.Integer()),
        mode: Type.Optional(Type.String({ default: 'auto' })),
        template: Type.Optional(
          Type.Object({}, { 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true }),
        ),
        parts: Type.Optional(Type.Array(Type.Object({ name: Type.String() }))),
      }),
    ),
  }),
})
const compiled = compileKind(kind)

const decode = (
  body: string | JsonValue,
  fieldValidation: DecodeOptions['fieldValidation'] = 'Warn',
  mediaType = 'application/json',
): DecodedObject =>
  decodeObject(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), mediaType, compiled, {
    fieldValidation,
  })
const refusal = (run: () => unknown): [number, string] => {
  try {
    run()
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    return [error.code, error.message]
  }
  return [0, 'accepted']
}
const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'a' } }
const unrecognized = 'the object provided is unrecognized (must be of type Widget): '
const parseError = `${unrecognized}couldn't get version/kind; json parse error: `
const notHandled = 'Widget in version "v1" cannot be handled as a Widget: '

describe('decodeObject', () => {
  for (const [body, message] of [
    ['', `${parseError}unexpected end of JSON input (<empty>)`],
    ['not json', `${parseError}invalid character 'o' in literal null (expecting 'u') (6e6f74206a736f6e)`],
    [
      '{"apiVersion": "golden.example.com/v1", "kind": ',
      `${parseError}unexpected end of JSON input ({"apiVersion": "golden.example ...)`,
    ],
    [
      '[]',
      `${parseError}json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" } (5b5d)`,
    ],
    ['null', `${unrecognized}Object 'Kind' is missing in 'null' (6e756c6c)`],
    ['{}', `${unrecognized}Object 'Kind' is missing in '{}' ({})`],
    [
      '{"metadata":{"name":"a"},"spec":{}}',
      `${unrecognized}Object 'Kind' is missing in '{"metadata":{"name":"a"},"spec":{}}' ({"metadata":{"name":"a"},"spec ...)`,
    ],
    ['{"kind":1}', `${parseError}json: cannot unmarshal number into Go struct field .kind of type string ({"kind":1})`],
    [
      '{"apiVersion":"a/b/c","kind":"Widget"}',
      `${unrecognized}unexpected GroupVersion string: a/b/c ({"apiVersion":"a/b/c","kind":" ...)`,
    ],
    [
      '{"apiVersion":null,"kind":"Widget"}',
      'Widget in version "" cannot be handled as a Widget: .apiVersion accessor error: <nil> is of the type <nil>, expected string',
    ],
    [
      '{"apiVersion":"example.com/v1","kind":"Widget","spec":{"size":1E400,"other":-1e999}}',
      `${notHandled}json: cannot unmarshal number 1E400 into Go value of type float64`,
    ],
    ['{"spec":1E400}', `${unrecognized}Object 'Kind' is missing in '{"spec":1E400}' ({"spec":1E400})`],
    ['{"spec":1E400', `${parseError}unexpected end of JSON input ({"spec":1E400)`],
    [
      '{"kind":"Widget","metadata":{"name":5}}',
      'Widget in version "" cannot be handled as a Widget: json: cannot unmarshal number into Go struct field ObjectMeta.name of type string',
    ],
    [
      '{"apiVersion":"other/v2","kind":"Gadget","metadata":"x"}',
      'Gadget in version "v2" cannot be handled as a Widget: json: cannot unmarshal string into Go value of type v1.ObjectMeta',
    ],
    ['{"kind":"Widget"}', 'the API version in the data () does not match the expected API version (example.com/v1)'],
    [
      '{"apiVersion":"example.com/v2","kind":"Widget"}',
      'the API version in the data (example.com/v2) does not match the expected API version (example.com/v1)',
    ],
    [
      '{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"labels":{"a":1}}}',
      `${notHandled}json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string`,
    ],
    [
      '{"apiVersion":"example.com/v1","kind":"Gadget","metadata":[]}',
      'Gadget in version "v1" cannot be handled as a Widget: json: cannot unmarshal array into Go value of type v1.ObjectMeta',
    ],
  ] as [string, string][])
    it(`answers 400 to ${body || 'nothing'}`, () => {
      expect(refusal(() => decode(body))).to.deep.equal([400, message])
    })

  it('answers 422 to another kind', () => {
    for (const other of ['Gadget', 'WidgetList'])
      expect(refusal(() => decode({ ...widget, kind: other }))).to.deep.equal([
        422,
        `${other}.example.com "a" is invalid: kind: Invalid value: "${other}": must be Widget`,
      ])
  })

  it('completes, prunes and defaults', () => {
    const { object, warnings } = decode({ ...widget, spec: { color: 'red', foo: 1, size: null } })
    expect(object).to.deep.equal({ ...widget, spec: { color: 'red', mode: 'auto' } })
    expect(warnings).to.deep.equal(['unknown field "spec.foo"'])
    expect(decode({ apiVersion: 'example.com/v1', kind: 'Widget' }).object.metadata).to.deep.equal({})
  })

  const messy =
    '{"apiVersion":"example.com/v1","kind":"Widget","spec":{"color":"a","color":"b","zoo":1,"parts":[{"name":"a","b":1}]},"metadata":{"name":"a","nickname":"x","labels":{"x":"1","x":"2"}},"tint":1}'
  const complaints = [
    'duplicate field "spec.color"',
    'duplicate field "metadata.labels.x"',
    'unknown field "metadata.nickname"',
    'unknown field "spec.parts[0].b"',
    'unknown field "spec.zoo"',
    'unknown field "tint"',
  ]

  it('warns of duplicate, then of unknown fields', () => {
    const { object, warnings } = decode(messy)
    expect(warnings).to.deep.equal(complaints)
    expect(object).to.deep.equal({
      ...widget,
      metadata: { name: 'a', labels: { x: '2' } },
      spec: { color: 'b', mode: 'auto', parts: [{ name: 'a' }] },
    })
  })

  it('is silent with Ignore, refuses with Strict', () => {
    expect(decode(messy, 'Ignore').warnings).to.deep.equal([])
    expect(decode(messy, 'Ignore').object).to.deep.equal(decode(messy).object)
    expect(refusal(() => decode(messy, 'Strict'))).to.deep.equal([
      400,
      `${notHandled}strict decoding error: ${complaints.join(', ')}`,
    ])
    expect(decode(widget, 'Strict').warnings).to.deep.equal([])
  })

  it('says at most a hundred things', () => {
    const spec = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`x${String(i)}`, 1]))
    expect(decode({ ...widget, spec }).warnings).to.have.length(100)
  })

  it('keeps integers exact and keys of any name', () => {
    const { object, warnings } = decode(
      '{"apiVersion":"example.com/v1","kind":"Widget","spec":{"size":9007199254740993},"__proto__":{"a":1}}',
    )
    expect((object as unknown as { spec: { size: bigint } }).spec.size).to.equal(9007199254740993n)
    expect(warnings).to.deep.equal(['unknown field "__proto__"'])
  })
})

describe('decodeObject, embedded resources', () => {
  const withTemplate = (template: JsonValue): JsonValue => ({ ...widget, spec: { template } })

  it('coerces their metadata', () => {
    const template = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'n', labels: {}, nope: 1 }, whatever: 1 }
    const { object, warnings } = decode(withTemplate(template))
    expect(object).to.deep.equal({
      ...widget,
      spec: { mode: 'auto', template: { ...template, metadata: { name: 'n' } } },
    })
    expect(warnings).to.deep.equal(['unknown field "spec.template.metadata.nope"'])
  })

  it('names their unknown members after all others', () => {
    const template = { apiVersion: 'v1', kind: 'Pod', metadata: { nope: 1 } }
    expect(decode({ ...widget, spec: { template, zoo: 1, '': 1 } }).warnings).to.deep.equal([
      'unknown field "spec."',
      'unknown field "spec.zoo"',
      'unknown field "spec.template.metadata.nope"',
    ])
  })

  it('answers 400 to wrong types', () => {
    expect(refusal(() => decode(withTemplate({ apiVersion: 'v1', kind: 'Pod', metadata: 'x' })))).to.deep.equal([
      400,
      `${notHandled}spec.template.metadata: Invalid value: "x": json: cannot unmarshal string into Go value of type v1.ObjectMeta`,
    ])
    expect(refusal(() => decode(withTemplate({ apiVersion: 'v1', kind: 1 })))).to.deep.equal([
      400,
      `${notHandled}spec.template.kind: Invalid value: 1: must be a string`,
    ])
  })
})

describe('decodeObject, YAML', () => {
  const yaml = 'application/yaml'
  const head = 'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\n'

  it('reads it like JSON', () => {
    const { object, warnings } = decode(
      `${head}spec:\n  foo: 1\n  color: red # so\n  size: 0x10\n---\nnothing`,
      'Warn',
      yaml,
    )
    expect(object).to.deep.equal({ ...widget, spec: { color: 'red', size: 16, mode: 'auto' } })
    expect(warnings).to.deep.equal(['unknown field "spec.foo"'])
  })

  it('names the lines of duplicate keys', () => {
    const text = `${head}spec:\n  color: red\n  color: blue\n  color: green\n  foo: 1\n`
    const lines = [6, 7].map((line) => `line ${String(line)}: key "color" already set in map`)
    expect(decode(text, 'Warn', yaml).warnings).to.deep.equal([...lines, 'unknown field "spec.foo"'])
    expect(decode(text, 'Ignore', yaml).warnings).to.deep.equal([])
    expect(refusal(() => decode(text, 'Strict', yaml))).to.deep.equal([
      400,
      `${notHandled}strict decoding error: yaml: unmarshal errors:\n  ${lines.join('\n  ')}, unknown field "spec.foo"`,
    ])
  })

  it('answers 400 to what is none', () => {
    const [code, message] = refusal(() => decode('a: b: c', 'Warn', yaml))
    expect(code).to.equal(400)
    expect(message).to.match(/must be of type Widget\): yaml: line 1: .* \(613a20623a2063\)$/)
    expect(refusal(() => decode('a: 1', 'Warn', yaml))).to.deep.equal([
      400,
      `${unrecognized}Object 'Kind' is missing in 'a: 1' (613a2031)`,
    ])
    expect(refusal(() => decode('a:   1', 'Ignore', yaml))).to.deep.equal([
      400,
      `Widget in version "v1" cannot be handled as a Widget: Object 'Kind' is missing in '{"a":1}'`,
    ])
    expect(refusal(() => decode('', 'Warn', yaml))[1]).to.equal(
      `${unrecognized}Object 'Kind' is missing in '' (<empty>)`,
    )
  })
})

describe('decodeObject, protobuf', () => {
  it('answers 400', () => {
    const protobuf = 'application/vnd.kubernetes.protobuf'
    expect(refusal(() => decode('', 'Warn', protobuf))).to.deep.equal([400, `${unrecognized}empty data (<empty>)`])
    expect(refusal(() => decode('{}', 'Warn', protobuf))).to.deep.equal([
      400,
      `${unrecognized}provided data does not appear to be a protobuf message, expected prefix [107 56 115 0] ({})`,
    ])
    expect(refusal(() => decode('k8s\0', 'Warn', protobuf))[0]).to.equal(400)
  })
})

describe('decodeObject of another version', () => {
  const looser = compileKind(
    defineKind({ group: 'example.com', version: 'v1beta1', kind: 'Widget', plural: 'widgets', schema: kind.schema }),
  )
  const tell = (
    body: JsonValue,
    fieldValidation: DecodeOptions['fieldValidation'] = 'Warn',
  ): [message: string, warnings: string[]] => {
    const warnings: string[] = []
    const otherVersions = {
      find: (apiVersion: string) => (apiVersion === 'example.com/v1beta1' ? looser : undefined),
      warn: (texts: readonly string[]) => void warnings.push(...texts),
    }
    const [, message] = refusal(() =>
      decodeObject(Buffer.from(JSON.stringify(body)), 'application/json', compiled, { fieldValidation, otherVersions }),
    )
    return [message, warnings]
  }
  const mismatch = (given: string): string =>
    `the API version in the data (${given}) does not match the expected API version (example.com/v1)`
  const body = (apiVersion: string, kindName = 'Widget'): JsonValue => ({
    apiVersion,
    kind: kindName,
    metadata: { name: 'a', odd: 1 },
    spec: { color: 'red', size: 1, odd: 2 },
  })

  it('knows no field of a version that is not declared', () => {
    expect(tell(body('example.com/v9'))).to.deep.equal([
      mismatch('example.com/v9'),
      ['unknown field "metadata.odd"', 'unknown field "spec"'],
    ])
  })

  it('judges a declared version by its own schema', () => {
    expect(tell(body('example.com/v1beta1'))).to.deep.equal([
      mismatch('example.com/v1beta1'),
      ['unknown field "metadata.odd"', 'unknown field "spec.odd"'],
    ])
  })

  it('says nothing of other groups and kinds, nor when told to ignore', () => {
    expect(tell(body('other.com/v1'))).to.deep.equal([mismatch('other.com/v1'), []])
    expect(tell(body('example.com/v9', 'Gadget'))).to.deep.equal([mismatch('example.com/v9'), []])
    expect(tell(body('example.com/v9'), 'Ignore')).to.deep.equal([mismatch('example.com/v9'), []])
  })

  it('refuses the unknown fields first when asked to be strict', () => {
    expect(tell(body('example.com/v9'), 'Strict')).to.deep.equal([
      'Widget in version "v9" cannot be handled as a Widget: strict decoding error: unknown field "metadata.odd", unknown field "spec"',
      [],
    ])
  })
})

describe('decodeUnstructured', () => {
  const options = { fieldValidation: 'Warn' } as const

  it('gives the reason where there is no object', () => {
    for (const [value, error] of [
      [[], 'json: cannot unmarshal array into Go value of type map[string]interface {}'],
      [{ b: 2, a: 1 }, `Object 'Kind' is missing in '{"a":1,"b":2}'`],
      [
        { ...widget, apiVersion: '' },
        'the API version in the data () does not match the expected API version (example.com/v1)',
      ],
      [
        { ...widget, metadata: { name: 1 } },
        'json: cannot unmarshal number into Go struct field ObjectMeta.name of type string',
      ],
    ] as [JsonValue, string][])
      expect(decodeUnstructured(value, compiled, options)).to.deep.equal({ unknown: [], error })
  })

  it('makes the object in place', () => {
    const value = parseJson('{"apiVersion":"example.com/v1","kind":"Widget","metadata":null,"spec":{"x":1},"y":1}')
    const { object, unknown } = decodeUnstructured(value, compiled, options)
    expect(object).to.equal(isObject(value) ? value : undefined)
    expect(value).to.deep.equal({ ...widget, metadata: {}, spec: { mode: 'auto' } })
    expect(unknown).to.deep.equal(['unknown field "spec.x"', 'unknown field "y"'])
  })

  it('answers 422 to another kind or version, in the words of what was made', () => {
    const said = (other: object): [number, string] =>
      refusal(() => decodeUnstructured({ ...widget, ...other }, compiled, options))
    expect(said({ kind: 'Gadget' })).to.deep.equal([
      422,
      'Gadget.example.com "a" is invalid: kind: Invalid value: "Gadget": must be Widget',
    ])
    expect(said({ apiVersion: 'x/v1' })).to.deep.equal([
      422,
      'Widget.x "a" is invalid: apiVersion: Invalid value: "x/v1": must be example.com/v1',
    ])
  })
})
