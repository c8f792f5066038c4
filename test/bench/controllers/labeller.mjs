// node labeller.mjs KUBECONFIG NAMESPACE COUNT LABEL: what main.go beside it does, with our runtime.
/* global AbortController, performance */
import { readFileSync } from 'node:fs'
import { Client, KubeConfig } from '@apiserver-kit/framework/client'
import { ConfigMap } from '@apiserver-kit/framework/client/kinds'
import { Controller, Manager, Reconciler } from '@apiserver-kit/framework/controller'

const [, , kubeconfig, namespace, count, label] = process.argv
const began = performance.now()
const stop = new AbortController()
const silent = () => {}

class Labeller extends Reconciler {
  calls = 0
  #seen = new Set()
  #manager

  constructor(manager) {
    super()
    this.#manager = manager
  }

  async reconcile(request) {
    this.calls++
    const object = await this.#manager.cache.get(ConfigMap, request)
    if (!object) return
    if (object.metadata.labels?.labelled === label) {
      this.#seen.add(request.name)
      if (this.#seen.size === Number(count)) stop.abort()
      return
    }
    const maps = this.#manager.client.resource(ConfigMap).namespace(namespace)
    await maps.patch(request.name, { metadata: { labels: { labelled: label } } })
  }
}

const manager = new Manager({
  client: new Client(KubeConfig.load(kubeconfig)),
  cache: { namespace },
  logger: { debug: silent, info: silent, error: silent },
})
const reconciler = new Labeller(manager)
manager.add(new Controller(reconciler, { maxConcurrentReconciles: 10 }).for(ConfigMap))
let syncMs = 0
manager.cache
  .informer(ConfigMap)
  .synced()
  .then(() => (syncMs = performance.now() - began), silent)
await manager.start(stop.signal)
const reconcileMs = performance.now() - began
manager.client.close()
const peak = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) * 1024
const report = { syncMs: Math.round(syncMs), reconcileMs: Math.round(reconcileMs), peakBytes: peak }
console.log(JSON.stringify({ ...report, reconciles: reconciler.calls }))
