import colors from 'picocolors'
import type { CommandModule } from 'yargs'
import { connectionOf, withConnectionOptions, type ConnectionArguments } from '../cluster/connection.ts'
import { HttpClient } from '../cluster/http-client.ts'
import { listAt, textAt } from '../cluster/members.ts'
import { availableStep, discoveryStep, openApiStep } from '../doctor/answers.ts'
import { Examination, type Finding } from '../doctor/examination.ts'
import { accessReviewStep, requestHeaderStep, tlsStep } from '../doctor/trust.ts'
import { apiServiceStep, endpointsStep, serviceStep } from '../doctor/workloads.ts'
import { UserError } from '../user-error.ts'

interface Arguments extends ConnectionArguments {
  apiservice: string[]
  json: boolean
}

/** In the order in which a request comes by. Without the first two there is nothing further to look at. */
const steps = [
  apiServiceStep,
  serviceStep,
  endpointsStep,
  tlsStep,
  requestHeaderStep,
  accessReviewStep,
  availableStep,
  discoveryStep,
  openApiStep,
] as const
const foundations = 2

interface Diagnosis {
  readonly apiService: string
  readonly healthy: boolean
  readonly cause?: Finding
  readonly findings: readonly Finding[]
}

export const doctor: CommandModule<object, Arguments> = {
  command: 'doctor',
  describe: 'Walks from the APIService to the server, and says what is wrong and what to do about it',
  builder: (yargs) =>
    withConnectionOptions(yargs)
      .option('apiservice', {
        type: 'string',
        array: true,
        default: [],
        describe: 'as v1.shop.example.org; default: all that name a Service',
      })
      .option('json', { type: 'boolean', default: false, describe: 'as JSON' }),
  handler: async (argv) => {
    const http = new HttpClient(connectionOf(argv))
    try {
      const names = argv.apiservice.length ? argv.apiservice : await apiServices(http)
      const diagnoses: Diagnosis[] = []
      for (const name of names) diagnoses.push(await diagnosis(http, name))
      process.stdout.write(argv.json ? `${JSON.stringify(diagnoses, undefined, 2)}\n` : diagnoses.map(text).join('\n'))
      if (!diagnoses.every(({ healthy }) => healthy)) process.exitCode = 1
    } finally {
      http.close()
    }
  },
}

async function apiServices(http: HttpClient): Promise<string[]> {
  const { status, json } = await http.send('GET', '/apis/apiregistration.k8s.io/v1/apiservices')
  if (status !== 200)
    throw new UserError(
      status === 404
        ? `${http.connection.server} is no cluster: it has no APIServices`
        : `the APIServices cannot be read: ${textAt(json, 'message')}`,
    )
  const names = listAt(json, 'items')
    .filter((item) => textAt(item, 'spec', 'service', 'name') !== '')
    .map((item) => textAt(item, 'metadata', 'name'))
  if (!names.length)
    throw new UserError(
      'no APIService of the cluster names a Service: lay yours by `kubectl apply -k manifests/overlays/default`, or name it with --apiservice',
    )
  return names
}

async function diagnosis(http: HttpClient, name: string): Promise<Diagnosis> {
  const exam = new Examination(http, name)
  const findings: Finding[] = []
  for (const [at, step] of steps.entries()) {
    const finding = await step(exam)
    findings.push(finding)
    if (at < foundations && finding.outcome !== 'good') break
  }
  const problems = findings.filter(({ outcome }) => outcome === 'problem')
  // Of what may follow from something else, something else is the cause.
  const cause = problems.find(({ follows }) => !follows) ?? problems[0]
  return { apiService: name, healthy: !problems.length, ...(cause ? { cause } : {}), findings }
}

const marks = { good: colors.green('✔'), problem: colors.red('✖'), unknown: colors.yellow('?') } as const

function text({ apiService, cause, findings }: Diagnosis): string {
  const lines = findings.map(({ step, outcome, says }) => `${marks[outcome]} ${step.padEnd(15)} ${says}`)
  const end = cause ? [`Cause: ${cause.says}`, `Fix:   ${cause.fix ?? ''}`] : ['Nothing is wrong.']
  return `${[colors.bold(apiService), ...lines, ...end].join('\n')}\n`
}
