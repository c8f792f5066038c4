import { expect } from 'chai'
import { parseJson } from '../util/json.ts'
import { defineKind } from './kind.ts'
import { compileKind } from './structural.ts'
import { Type } from './type-helpers.ts'
import { isTyped, typeProblem } from './typed-decoding.ts'

const Job = defineKind({
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  plural: 'jobs',
  schema: Type.Object({
    spec: Type.Object({
      count: Type.Optional(Type.Int64()),
      share: Type.Optional(Type.Number()),
      paused: Type.Optional(Type.Boolean()),
      names: Type.Optional(Type.Array(Type.String())),
      port: Type.Optional(Type.IntOrString()),
      inner: Type.Optional(Type.Object({ small: Type.Optional(Type.Int32()) })),
    }),
  }),
})

describe('isTyped', () => {
  it('knows the groups of Kubernetes', () => {
    for (const group of ['', 'autoscaling', 'coordination.k8s.io']) expect(isTyped({ group }), group).to.equal(true)
    for (const group of ['demo', 'example.com', 'k8s.io.example.com']) expect(isTyped({ group }), group).to.equal(false)
  })
})

describe('typeProblem', () => {
  const { schema } = compileKind(Job)
  const problem = (spec: string): string | undefined => typeProblem({ metadata: 5, spec: parseJson(spec) }, schema, Job)

  it('finds nothing where all fits, null and what is not declared too', () => {
    for (const spec of [
      '{"count":9223372036854775807,"share":1,"paused":true,"names":["a",null],"port":"http"}',
      '{"count":null,"names":null,"inner":null,"other":5,"port":[1]}',
      'null',
    ])
      expect(problem(spec), spec).to.equal(undefined)
  })

  it('words the first one as encoding/json', () => {
    for (const [spec, text] of [
      ['[]', 'array into Go struct field Job.spec of type v1.JobSpec'],
      ['{"count":"1"}', 'string into Go struct field JobSpec.spec.count of type int64'],
      [
        '{"count":9223372036854775808}',
        'number 9223372036854776000 into Go struct field JobSpec.spec.count of type int64',
      ],
      ['{"share":false}', 'bool into Go struct field JobSpec.spec.share of type float64'],
      ['{"paused":1}', 'number into Go struct field JobSpec.spec.paused of type bool'],
      ['{"names":["a",{}]}', 'object into Go struct field JobSpec.spec.names of type string'],
      ['{"names":"a"}', 'string into Go struct field JobSpec.spec.names of type []string'],
      [
        '{"inner":{"small":2147483648},"count":"x"}',
        'number 2147483648 into Go struct field JobSpecInner.spec.inner.small of type int32',
      ],
    ] as const)
      expect(problem(spec), spec).to.equal(`json: cannot unmarshal ${text}`)
  })
})
