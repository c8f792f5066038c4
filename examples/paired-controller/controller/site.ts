import { isNotFound, type NamespacedName } from '@apiserver-kit/framework/client'
import {
  Controller,
  controllerOf,
  EventRecorder,
  Finalizers,
  generationChanged,
  Reconciler,
  setControllerReference,
  setStatusCondition,
  type Condition,
  type ConditionUpdate,
  type Manager,
  type ReconcileResult,
} from '@apiserver-kit/framework/controller'
import { Page } from '../apis/page.ts'
import { Site } from '../apis/site.ts'
import type { Dns } from './dns.ts'

export class SiteReconciler extends Reconciler {
  readonly #manager: Pick<Manager, 'client' | 'cache'>
  readonly #events: EventRecorder
  readonly #dns: Dns
  readonly #finalizers: Finalizers<Site>

  constructor(manager: Pick<Manager, 'client' | 'cache'>, events: EventRecorder, dns: Dns) {
    super()
    this.#manager = manager
    this.#events = events
    this.#dns = dns
    this.#finalizers = new Finalizers<Site>().register('sites.example.com/dns', async (site) => {
      await dns.release(site.metadata.uid ?? '')
      events.record(site, { reason: 'Released', action: 'Release', note: `${site.spec.host} is free` })
    })
  }

  override async reconcile(request: NamespacedName, signal: AbortSignal): Promise<ReconcileResult> {
    let site = await this.#manager.cache.get(Site, request, signal)
    if (!site) return {}
    const { changed, deleting, error } = await this.#finalizers.finalize(site, signal)
    if (changed) site = await this.#manager.client.resource(Site).update(site, { signal }).catch(ignoreNotFound)
    if (error) throw error
    // Gone already, where the cache is behind. Its pages go by their owner references.
    if (!site || deleting) return {}

    const [host, uid] = [site.spec.host, site.metadata.uid ?? '']
    if (!(await this.#dns.register(host, uid))) {
      const message = `${host} belongs to another site`
      this.#events.record(site, { type: 'Warning', reason: 'HostTaken', action: 'Register', note: message })
      await this.#report(site, { type: 'Ready', status: 'False', reason: 'HostTaken', message }, signal)
      // Whoever has it may give it up, and nobody would tell.
      return { requeueAfterMs: 30_000 }
    }
    await this.#dns.release(uid, host)
    await this.#writePages(site, signal)
    await this.#report(site, { type: 'Ready', status: 'True', reason: 'Published' }, signal)
    return {}
  }

  async #writePages(site: Site, signal: AbortSignal): Promise<void> {
    const { namespace = '' } = site.metadata
    const pages = this.#manager.client.resource(Page).namespace(namespace)
    const mine = (await this.#manager.cache.list(Page, { namespace }, signal)).filter(
      (page) => controllerOf(page)?.uid === site.metadata.uid,
    )
    const present = new Map(mine.map((page) => [page.metadata.name, page]))
    for (const title of site.spec.pages) {
      const name = `${site.metadata.name ?? ''}-${title}`
      const url = `https://${site.spec.host}/${title}`
      if (present.get(name)?.spec.url !== url) {
        const metadata = { name, namespace }
        const page = { apiVersion: site.apiVersion, kind: Page.kind, metadata, spec: { url } }
        setControllerReference(site, page)
        await pages.apply(page, { fieldManager: 'site-controller', force: true, signal })
        this.#events.record(site, { reason: 'Written', action: 'Write', note: `Wrote page ${name}` })
      }
      present.delete(name)
    }
    for (const name of present.keys()) if (name) await pages.delete(name, { signal }).catch(ignoreNotFound)
  }

  async #report(site: Site, ready: ConditionUpdate, signal: AbortSignal): Promise<void> {
    const conditions: Condition[] = site.status?.conditions ?? []
    const changed = setStatusCondition(conditions, { observedGeneration: site.metadata.generation ?? 0, ...ready })
    const pages = ready.status === 'True' ? site.spec.pages.length : (site.status?.pages ?? 0)
    if (!changed && pages === site.status?.pages) return
    await this.#manager.client.resource(Site).updateStatus({ ...site, status: { pages, conditions } }, { signal })
  }
}

function ignoreNotFound(error: unknown): undefined {
  if (!isNotFound(error)) throw error
}

export const newSiteController = (manager: Manager, events: EventRecorder, dns: Dns): Controller =>
  new Controller(new SiteReconciler(manager, events, dns), { maxConcurrentReconciles: 4 })
    .for(Site, generationChanged)
    .owns(Page)
