import type { Answer, HttpClient, Json } from '../cluster/http-client.ts'
import { listAt, textAt } from '../cluster/members.ts'
import { UserError } from '../user-error.ts'

/** What one step found. */
export interface Finding {
  readonly step: string
  readonly outcome: 'good' | 'problem' | 'unknown'
  /** What is so. */
  readonly says: string
  /** What to do about it. */
  readonly fix?: string
  /** It may come of another problem. */
  readonly follows?: boolean
}

export const good = (step: string, says: string): Finding => ({ step, outcome: 'good', says })
export const problem = (step: string, says: string, fix: string): Finding => ({ step, outcome: 'problem', says, fix })
export const consequence = (step: string, says: string, fix: string): Finding => ({
  ...problem(step, says, fix),
  follows: true,
})
export const unknown = (step: string, says: string, fix: string): Finding => ({ step, outcome: 'unknown', says, fix })

/** As long as the aggregation layer itself waits, and a little more. */
const patienceMs = 10_000

/** What is looked at: an APIService, and as far as they are there its Service and the pods behind that. */
export class Examination {
  readonly http: HttpClient
  /** `v1.shop.example.org` */
  readonly name: string
  apiService: Json = {}
  service: Json = {}
  pods: readonly Json[] = []

  constructor(http: HttpClient, name: string) {
    this.http = http
    this.name = name
  }

  get group(): string {
    return textAt(this.apiService, 'spec', 'group')
  }
  get version(): string {
    return textAt(this.apiService, 'spec', 'version')
  }
  get namespace(): string {
    return textAt(this.apiService, 'spec', 'service', 'namespace')
  }
  get serviceName(): string {
    return textAt(this.apiService, 'spec', 'service', 'name')
  }
  get serviceAccount(): string | undefined {
    const [pod] = this.pods
    return pod && (textAt(pod, 'spec', 'serviceAccountName') || 'default')
  }
  /** The condition Available, as the cluster has it. */
  get available(): Json | undefined {
    return listAt(this.apiService, 'status', 'conditions').find(({ type }) => type === 'Available')
  }

  /** For how many seconds, by this machine's clock, it has been so; undefined: it is not. */
  get availableSeconds(): number | undefined {
    if (textAt(this.available, 'status') !== 'True') return undefined
    return (Date.now() - Date.parse(textAt(this.available, 'lastTransitionTime'))) / 1000
  }

  get(path: string): Promise<Answer> {
    return this.http.send('GET', path)
  }

  /** What stands behind the cluster may say nothing at all: undefined. */
  ask(path: string): Promise<Answer | undefined> {
    return this.http.send('GET', path, { timeoutMs: patienceMs }).catch((error: unknown) => {
      if (error instanceof UserError) return undefined
      throw error
    })
  }

  /** That one may not look. */
  notAllowed(step: string, { path, status, json }: Answer): Finding {
    const said = textAt(json, 'message') || `it answers ${status}`
    return unknown(step, `${path} cannot be read: ${said}`, 'run this as somebody who may, as a cluster administrator')
  }
}
