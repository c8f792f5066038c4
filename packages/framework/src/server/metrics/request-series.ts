import type { Registry } from 'prom-client'
import type { RequestLabels } from './server-metrics.ts'
import { HistogramFamily, Kept, NumberFamily, type HistogramSeries, type NumberSeries } from './series.ts'

const durationBounds = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
]
const sliBounds = durationBounds.filter((seconds) => seconds >= 0.05)
const sizeBounds = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]

/** What is counted of requests with the same labels. */
export interface RequestSeries {
  readonly total: Kept<number, NumberSeries>
  readonly terminated: Kept<number, NumberSeries>
  readonly duration: HistogramSeries
  /** Not of watches: how long they last is the client's choice. */
  readonly sliDuration: HistogramSeries | undefined
  readonly longRunning: NumberSeries
  readonly size: HistogramSeries
}

/** The metrics of requests. Source: endpoints/metrics/metrics.go. */
export class RequestFamilies {
  readonly #make: (labels: RequestLabels) => RequestSeries
  readonly #known = new Map<string, RequestSeries>()

  constructor(registry: Registry) {
    const total = new NumberFamily('counter', {
      name: 'apiserver_request_total',
      help: 'Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
      registry,
    })
    const durations = new HistogramFamily({
      name: 'apiserver_request_duration_seconds',
      help: 'Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.',
      bounds: durationBounds,
      registry,
    })
    const sliDurations = new HistogramFamily({
      name: 'apiserver_request_sli_duration_seconds',
      help: 'Response latency distribution (not counting webhook duration and priority & fairness queue wait times) in seconds for each verb, group, version, resource, subresource, scope and component.',
      bounds: sliBounds,
      registry,
    })
    const longRunning = new NumberFamily('gauge', {
      name: 'apiserver_longrunning_requests',
      help: 'Gauge of all active long-running apiserver requests broken out by verb, group, version, resource, scope and component.',
      registry,
    })
    const sizes = new HistogramFamily({
      name: 'apiserver_response_sizes',
      help: 'Response size distribution in bytes for each group, version, verb, resource, subresource, scope and component.',
      bounds: sizeBounds,
      registry,
    })
    const terminations = new NumberFamily('counter', {
      name: 'apiserver_request_terminations_total',
      help: 'Number of requests which apiserver terminated in self-defense.',
      registry,
    })
    this.#make = (labels) => {
      const { dry_run: _, ...place } = labels
      return {
        total: new Kept((code) => total.series({ ...labels, code: String(code) })),
        terminated: new Kept((code) => terminations.series({ ...place, code: String(code) })),
        duration: durations.series(labels),
        sliDuration: labels.verb === 'WATCH' ? undefined : sliDurations.series(place),
        longRunning: longRunning.series(place),
        size: sizes.series(place),
      }
    }
  }

  of(labels: RequestLabels): RequestSeries {
    const { verb, dry_run, group, version, resource, subresource, scope, component } = labels
    const key = `${verb} ${dry_run} ${group} ${version} ${resource} ${subresource} ${scope} ${component}`
    let series = this.#known.get(key)
    if (!series) {
      series = this.#make(labels)
      this.#known.set(key, series)
    }
    return series
  }
}
