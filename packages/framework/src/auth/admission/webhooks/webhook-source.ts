import type { KnownConfigurations } from '../configuration/configurations.ts'
import type { WebhookConfiguration } from '../configuration/registration.ts'
import { ConfiguredWebhook, type WebhookEnvironment } from './webhook.ts'

/** The webhooks of all configurations, by the names of these and in their order. Read anew only when the cluster says that something has changed. */
export class WebhookSource {
  readonly #configurations: KnownConfigurations<WebhookConfiguration>
  readonly #environment: WebhookEnvironment
  #readAt = -1
  #webhooks: readonly ConfiguredWebhook[] = []
  #known = new Map<string, readonly ConfiguredWebhook[]>()

  constructor(configurations: KnownConfigurations<WebhookConfiguration>, environment: WebhookEnvironment) {
    this.#configurations = configurations
    this.#environment = environment
  }

  get hasSynced(): boolean {
    return this.#configurations.hasSynced
  }

  get webhooks(): readonly ConfiguredWebhook[] {
    const { changes } = this.#configurations
    if (changes !== this.#readAt) {
      this.#readAt = changes
      this.#read()
    }
    return this.#webhooks
  }

  #read(): void {
    const known = new Map<string, readonly ConfiguredWebhook[]>()
    for (const configuration of this.#configurations.list()) {
      const { uid = '', resourceVersion = '' } = configuration.metadata
      const key = `${uid}/${resourceVersion}`
      known.set(key, this.#known.get(key) ?? this.#compile(configuration))
    }
    this.#known = known
    this.#webhooks = [...known.values()].flat()
  }

  #compile({ metadata: { name = '' }, webhooks = [] }: WebhookConfiguration): ConfiguredWebhook[] {
    const seen = new Map<string, number>()
    return webhooks.map((hook) => {
      const count = seen.get(hook.name) ?? 0
      seen.set(hook.name, count + 1)
      return new ConfiguredWebhook(hook, name, `${name}/${hook.name}/${String(count)}`, this.#environment)
    })
  }
}
