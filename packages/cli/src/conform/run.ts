import type { HttpClient, Json } from '../cluster/http-client.ts'
import { at, listAt, textAt } from '../cluster/members.ts'
import { UserError } from '../user-error.ts'
import { Failure, Skip, type Rule } from './rule.ts'
import { sampleFor } from './sample.ts'
import { Subject, type ServedKind } from './subject.ts'

export interface RuleResult {
  readonly rule: string
  readonly says: string
  readonly resource: string
  readonly outcome: 'passed' | 'failed' | 'skipped'
  /** Why, where it did not pass. */
  readonly why?: string
}

export interface ConformReport {
  readonly server: string
  readonly resources: readonly string[]
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** Passed of those that could be tried, in percent. */
  readonly score: number
  readonly results: readonly RuleResult[]
}

export interface ConformOptions {
  readonly rules: readonly Rule[]
  readonly group: string | undefined
  readonly resource: string | undefined
  readonly namespace: string | undefined
  readonly samples: readonly Json[]
  /** How long the events of a watch may take. */
  readonly watchSeconds: number
  readonly onResult: (result: RuleResult) => void
}

/** Tries every rule on every resource of the server's own groups. Throws a UserError where there is nothing to try. */
export async function conform(http: HttpClient, options: ConformOptions): Promise<ConformReport> {
  const kinds = (await servedKinds(http)).filter(
    ({ group, plural }) =>
      (options.group === undefined ? !builtIn(group) : group === options.group) &&
      (options.resource === undefined || plural === options.resource),
  )
  if (!kinds.length)
    throw new UserError(
      `${http.connection.server} serves nothing to try: name it with --group GROUP and --resource PLURAL`,
    )
  const { namespace, remove } = await workplace(http, options.namespace)
  const results: RuleResult[] = []
  try {
    for (const kind of kinds) {
      const sample = await sampleFor(http, kind, namespace, options.samples)
      const subject = new Subject(http, kind, {
        ...{ namespace, sample: sample.object, watchSeconds: options.watchSeconds },
      })
      for (const rule of options.rules) {
        const result = await tried(rule, subject, sample.problem)
        results.push(result)
        options.onResult(result)
      }
      await subject.tidy()
    }
  } finally {
    await remove()
  }
  const count = (outcome: RuleResult['outcome']): number => results.filter((r) => r.outcome === outcome).length
  const [passed, failed, skipped] = [count('passed'), count('failed'), count('skipped')]
  return {
    server: http.connection.server,
    resources: kinds.map(({ plural, group, version }) => `${plural}.${version}.${group}`),
    ...{ passed, failed, skipped },
    score: passed + failed === 0 ? 0 : Math.floor((1000 * passed) / (passed + failed)) / 10,
    results,
  }
}

async function tried(rule: Rule, subject: Subject, sampleProblem: string | undefined): Promise<RuleResult> {
  const { plural, version, group, verbs } = subject.kind
  const result = { rule: rule.id, says: rule.says, resource: `${plural}.${version}.${group}` }
  const lacking = (rule.needs ?? []).filter((verb) => !verbs.includes(verb))
  if (lacking.length) return { ...result, outcome: 'skipped', why: `it does not serve ${lacking.join(', ')}` }
  try {
    await rule.run(subject)
    return { ...result, outcome: 'passed' }
  } catch (error) {
    if (error instanceof Skip) return { ...result, outcome: 'skipped', why: sampleProblem ?? error.message }
    if (error instanceof Failure || error instanceof UserError)
      return { ...result, outcome: 'failed', why: error.message }
    // What a rule trips over is something that it did not expect in the answer.
    return { ...result, outcome: 'failed', why: `the answer is not understood: ${String(error)}` }
  }
}

/** Those of a cluster, and those that a server without one has for its own needs. */
const builtIn = (group: string): boolean => group === '' || !group.includes('.') || group.endsWith('.k8s.io')

async function servedKinds(http: HttpClient): Promise<ServedKind[]> {
  const { json, status } = await http.send('GET', '/apis')
  if (status !== 200)
    throw new UserError(
      `${http.connection.server}/apis answers ${status} ${textAt(json, 'message')}: give credentials, as --kubeconfig FILE`,
    )
  const versions = listAt(json, 'groups').flatMap((group) =>
    listAt(group, 'versions').map((version) => ({ group: textAt(group, 'name'), version: textAt(version, 'version') })),
  )
  const lists = versions.map(async ({ group, version }) => {
    const found = await http.send('GET', `/apis/${group}/${version}`)
    const resources = listAt(found.json, 'resources')
    return resources
      .filter((resource) => !textAt(resource, 'name').includes('/'))
      .map((resource): ServedKind => {
        const plural = textAt(resource, 'name')
        const below = resources.map((r) => textAt(r, 'name')).filter((name) => name.startsWith(`${plural}/`))
        return {
          ...{ group, version, plural, kind: textAt(resource, 'kind'), namespaced: resource['namespaced'] === true },
          verbs: (at(resource, 'verbs') ?? []) as string[],
          subresources: below.map((name) => name.slice(plural.length + 1)),
        }
      })
  })
  return (await Promise.all(lists)).flat()
}

/** A namespace of our own, where the server has namespaces. */
async function workplace(
  http: HttpClient,
  given: string | undefined,
): Promise<{ namespace: string; remove: () => Promise<void> }> {
  const keep = { namespace: given ?? 'default', remove: () => Promise.resolve() }
  if (given !== undefined) return keep
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { generateName: 'conform-' } }
  const { status, json } = await http.send('POST', '/api/v1/namespaces', { body })
  if (status !== 201) return keep
  const namespace = textAt(json, 'metadata', 'name')
  return {
    namespace,
    remove: async () => {
      await http.send('DELETE', `/api/v1/namespaces/${namespace}`)
    },
  }
}
