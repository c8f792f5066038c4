import type { KubeObject } from '../../../meta/object.ts'
import { StatusError } from '../../../meta/status.ts'
import type { AdmissionAttributes } from '../attributes.ts'
import { AdmissionChain } from '../chain.ts'
import type { Webhook, WebhookConfiguration } from '../configuration/registration.ts'
import { attributesOf, objectsOf, recordedContext, TestConfigurations, type RecordedContext } from '../fixture.test.ts'
import { MutatingWebhooks } from './mutating-webhooks.ts'
import { ValidatingWebhooks } from './validating-webhooks.ts'
import { WebhookClient } from './webhook-client.ts'
import { WebhookServer, type Behaviour } from './webhook-server.test.ts'
import { WebhookSource } from './webhook-source.ts'
import { WebhookUsers } from './webhook-users.ts'

export const thingRules = [
  { operations: ['*'], apiGroups: ['g.io'], apiVersions: ['v1'], resources: ['things', 'things/*'], scope: '*' },
]
export const v2Rules = [{ ...thingRules[0], apiVersions: ['v2'] }]

export interface Outcome {
  readonly error: StatusError | undefined
  readonly object: KubeObject & { spec?: unknown }
  readonly ctx: RecordedContext
}

/** Both plugins for webhooks, and webhooks that behave as the test says. */
export class WebhookLab {
  readonly server = new WebhookServer()
  readonly mutating = new TestConfigurations<WebhookConfiguration>()
  readonly validating = new TestConfigurations<WebhookConfiguration>()
  readonly chain: AdmissionChain
  readonly #client = new WebhookClient(new WebhookUsers())

  constructor() {
    const prod = { apiVersion: 'v1', kind: 'Namespace', metadata: { labels: { env: 'prod' } } }
    const environment = {
      namespaces: { find: () => Promise.resolve(prod) },
      authorizer: { authorize: () => Promise.resolve({ decision: 'NoOpinion' as const }) },
    }
    this.chain = new AdmissionChain([
      new MutatingWebhooks(new WebhookSource(this.mutating, environment), this.#client, () => true),
      new ValidatingWebhooks(new WebhookSource(this.validating, environment), this.#client, () => true),
    ])
  }

  reset(): void {
    this.server.received.length = 0
    this.mutating.set()
    this.validating.set()
  }

  async close(): Promise<void> {
    this.#client.close()
    await this.server.close()
  }

  hook(path: string, behaviour: Behaviour, more: Partial<Webhook> = {}): Webhook {
    return {
      name: `${path.slice(1)}.example.com`,
      clientConfig: this.server.on(path, behaviour),
      rules: thingRules,
      failurePolicy: 'Fail',
      matchPolicy: 'Equivalent',
      sideEffects: 'None',
      timeoutSeconds: 10,
      admissionReviewVersions: ['v1', 'v1beta1'],
      ...more,
    }
  }

  async run(given: Partial<AdmissionAttributes> = {}, ctx = recordedContext()): Promise<Outcome> {
    const attributes = attributesOf({ objects: objectsOf('v1', 'v2'), ...given })
    const object = (attributes.object ?? attributes.oldObject ?? {}) as Outcome['object']
    try {
      await this.chain.admit(attributes, ctx)
      await this.chain.validate(attributes, ctx)
      return { error: undefined, object, ctx }
    } catch (error) {
      if (!(error instanceof StatusError)) throw error
      return { error, object, ctx }
    }
  }

  /** Whom was called, in the order of the calls. */
  get paths(): string[] {
    return this.server.received.map(({ path }) => path.split('?')[0] ?? '')
  }
}

let versions = 0

export const configuration = (name: string, ...webhooks: Webhook[]): WebhookConfiguration => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'WebhookConfiguration',
  metadata: { name, uid: name, resourceVersion: String(++versions) },
  webhooks,
})
