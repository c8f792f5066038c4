// node --import tsx test/bench/validation.ts: how long the schema of a kind takes to judge an object of 10 KB, without and with ten CEL rules.
import { Type, type ObjectOf } from '../../packages/framework/src/index.ts'
import { defineKind } from '../../packages/framework/src/schema/kind.ts'
import { compileKind, type CompiledKind } from '../../packages/framework/src/schema/structural.ts'

const kibibyte = 1024
/** In milliseconds. The process ends with 1 when one of them is passed. */
const limits = { schema: 0.3, rules: 1 }

const rule = (text: string, message: string): { rule: string; message: string } => ({ rule: text, message })

/** Ten rules: of scalars, of lists, of maps, of strings, of the object as a whole. */
const rules = [
  rule('self.replicas <= self.maxReplicas', 'replicas must not be more than maxReplicas'),
  rule('self.minReplicas <= self.replicas', 'replicas must not be less than minReplicas'),
  rule("self.image.startsWith('registry.')", 'image must come from the registry'),
  rule("self.image.contains(':')", 'image needs a tag'),
  rule("self.mode == 'auto' || has(self.schedule)", 'a schedule is needed'),
  rule('self.containers.all(c, c.ports.size() <= 4)', 'too many ports'),
  rule('self.containers.exists(c, c.name == self.main)', 'main must be a container'),
  rule("self.labels.all(k, k != '' && self.labels[k].size() < 64)", 'a label is too long'),
  rule("self.containers.map(c, c.name).filter(n, n.startsWith('c')).size() > 0", 'a container must begin with c'),
  rule("self.schedule.matches('^[0-9*/, ]+$')", 'schedule is none'),
]

const kindWith = (validations: readonly object[]): ReturnType<typeof defineKind> =>
  defineKind({
    group: 'bench.example.com',
    version: 'v1',
    kind: 'Workload',
    plural: 'workloads',
    schema: Type.Object({
      spec: Type.Object(
        {
          replicas: Type.Int32({ minimum: 0, maximum: 1000 }),
          minReplicas: Type.Int32({ minimum: 0 }),
          maxReplicas: Type.Int32({ minimum: 0 }),
          image: Type.String({ minLength: 1, maxLength: 256, pattern: '^[a-z0-9./:-]+$' }),
          mode: Type.String({ maxLength: 16 }),
          main: Type.String({ maxLength: 64 }),
          schedule: Type.String({ maxLength: 64 }),
          labels: Type.Map(Type.String({ maxLength: 64 }), { maxProperties: 64 }),
          containers: Type.ListMap(
            Type.Object({
              name: Type.String({ maxLength: 64, pattern: '^[a-z0-9-]+$' }),
              image: Type.String({ maxLength: 256 }),
              args: Type.Array(Type.String({ maxLength: 256 }), { maxItems: 16 }),
              ports: Type.Array(
                Type.Object({
                  number: Type.Int32({ minimum: 1, maximum: 65535 }),
                  name: Type.String({ maxLength: 16 }),
                }),
                { maxItems: 8 },
              ),
              limits: Type.Map(Type.Quantity(), { maxProperties: 8 }),
            }),
            ['name'],
            { maxItems: 64 },
          ),
        },
        { 'x-kubernetes-validations': [...validations] },
      ),
    }),
  })

type Workload = ObjectOf<ReturnType<typeof kindWith>> & { spec: Record<string, unknown> }

function workload(): Workload {
  const containers: object[] = []
  const object: Workload = {
    apiVersion: 'bench.example.com/v1',
    kind: 'Workload',
    metadata: { name: 'bench', namespace: 'default' },
    spec: {
      ...{ replicas: 3, minReplicas: 1, maxReplicas: 10, image: 'registry.example.com/app:1.2', mode: 'manual' },
      ...{ main: 'container-0', schedule: '*/5 * * * *', containers },
      labels: Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`label-${String(i)}`, `value-${String(i)}`])),
    },
  }
  for (let i = 0; JSON.stringify(object).length < 10 * kibibyte; i++)
    containers.push({
      name: `container-${String(i)}`,
      image: `registry.example.com/team/container-${String(i)}:1.${String(i)}`,
      args: ['--verbose', `--name=container-${String(i)}`, '--endpoint=https://service.default.svc:8443/path'],
      ports: [
        { number: 8080 + i, name: 'http' },
        { number: 9090 + i, name: 'metrics' },
      ],
      limits: { cpu: '500m', memory: '256Mi' },
    })
  return object
}

interface Measured {
  readonly median: number
  readonly p99: number
}

/** Milliseconds of one judgement, of two thousand after as many to get warm. */
function measure(compiled: CompiledKind, object: Workload): Measured {
  const times: number[] = []
  for (let i = 0; i < 4000; i++) {
    const begin = process.hrtime.bigint()
    const { errors } = compiled.validate(object)
    if (i >= 2000) times.push(Number(process.hrtime.bigint() - begin) / 1e6)
    if (errors.length) throw new Error(`the object is not valid: ${errors.join('; ')}`)
  }
  times.sort((a, b) => a - b)
  return { median: times[times.length >> 1] ?? 0, p99: times[Math.floor(times.length * 0.99)] ?? 0 }
}

/** Of the rules, so that none of them is timed that does nothing. */
function checkThatRulesJudge(): void {
  const wrong = workload()
  const long = 'x'.repeat(64)
  Object.assign(wrong.spec, {
    replicas: 11,
    minReplicas: 20,
    image: 'app',
    main: 'none',
    schedule: 'never',
    labels: { '': long },
  })
  wrong.spec.containers = [
    { name: 'a', image: 'a', args: [], limits: {}, ports: Array(5).fill({ number: 1, name: 'p' }) },
  ]
  const { errors } = compileKind(kindWith(rules)).validate(wrong)
  const told = rules.filter(({ message }) => errors.some((error) => String(error).includes(message)))
  // One cannot be broken together with the others.
  if (told.length < rules.length - 1) throw new Error(`only ${String(told.length)} rules judge: ${errors.join('; ')}`)
}

checkThatRulesJudge()
const object = workload()
console.log(`an object of ${(JSON.stringify(object).length / kibibyte).toFixed(1)} KB, Node ${process.version}`)
for (const [name, validations, limit] of [
  ['schema', [], limits.schema],
  ['schema and ten CEL rules', rules, limits.rules],
] as const) {
  const { median, p99 } = measure(compileKind(kindWith(validations)), object)
  const verdict = median <= limit ? 'ok' : 'TOO SLOW'
  console.log(
    `${name.padEnd(26)} ${median.toFixed(3)} ms (99 %: ${p99.toFixed(3)} ms), at most ${String(limit)} ms: ${verdict}`,
  )
  if (median > limit) process.exitCode = 1
}
