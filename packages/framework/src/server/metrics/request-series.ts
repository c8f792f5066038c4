import { exponentialBounds, requestBounds, type Families } from './families.ts'
import type { RequestLabels } from './server-metrics.ts'
import { Kept, type HistogramSeries, type NumberSeries } from './series.ts'

const sliBounds = requestBounds.filter((seconds) => seconds >= 0.05)
const watchListBounds = [0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 2, 4, 6, 8, 10, 15, 20, 30, 45, 60]
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
  /** Made when there is something to count. */
  readonly aborted: () => NumberSeries
  /** The events of watches; undefined for what is none. */
  readonly watched: { readonly events: NumberSeries; readonly sizes: HistogramSeries } | undefined
  /** How long it took to send what a list by watch begins with. */
  readonly watchList: () => HistogramSeries
}

/** The metrics of requests. Source: endpoints/metrics/metrics.go. */
export class RequestFamilies {
  readonly #make: (labels: RequestLabels) => RequestSeries
  readonly #known = new Map<string, RequestSeries>()

  constructor(families: Families) {
    const total = families.number('counter', {
      name: 'apiserver_request_total',
      stability: 'STABLE',
      help: 'Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
    })
    const durations = families.histogram(requestBounds, {
      name: 'apiserver_request_duration_seconds',
      stability: 'STABLE',
      help: 'Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.',
    })
    const sliDurations = families.histogram(sliBounds, {
      name: 'apiserver_request_sli_duration_seconds',
      stability: 'ALPHA',
      help: 'Response latency distribution (not counting webhook duration and priority & fairness queue wait times) in seconds for each verb, group, version, resource, subresource, scope and component.',
    })
    const longRunning = families.number('gauge', {
      name: 'apiserver_longrunning_requests',
      stability: 'STABLE',
      help: 'Gauge of all active long-running apiserver requests broken out by verb, group, version, resource, scope and component. Not all requests are tracked this way.',
    })
    const sizes = families.histogram(sizeBounds, {
      name: 'apiserver_response_sizes',
      stability: 'STABLE',
      help: 'Response size distribution in bytes for each group, version, verb, resource, subresource, scope and component.',
    })
    const terminations = families.number('counter', {
      name: 'apiserver_request_terminations_total',
      stability: 'ALPHA',
      help: 'Number of requests which apiserver terminated in self-defense.',
    })
    const aborts = families.number('counter', {
      name: 'apiserver_request_aborts_total',
      stability: 'ALPHA',
      help: 'Number of requests which apiserver aborted possibly due to a timeout, for each group, version, verb, resource, subresource and scope',
    })
    const events = families.number('counter', {
      name: 'apiserver_watch_events_total',
      stability: 'ALPHA',
      help: 'Number of events sent in watch clients',
    })
    const eventSizes = families.histogram(exponentialBounds(1024, 2, 8), {
      name: 'apiserver_watch_events_sizes',
      stability: 'ALPHA',
      help: 'Watch event size distribution in bytes',
    })
    const watchLists = families.histogram(watchListBounds, {
      name: 'apiserver_watch_list_duration_seconds',
      stability: 'BETA',
      help: 'Response latency distribution in seconds for watch list requests broken by group, version, resource and scope.',
    })
    const watched = new Kept((key: string) => {
      const [group = '', version = '', resource = ''] = key.split(' ')
      const labels = { group, version, resource }
      return { events: events.series(labels), sizes: eventSizes.series(labels) }
    })
    this.#make = (labels) => {
      const { dry_run: _, ...place } = labels
      const { group, version, resource, scope } = labels
      const { component: _component, ...abortedPlace } = place
      return {
        total: new Kept((code) => total.series({ ...labels, code: String(code) })),
        terminated: new Kept((code) => terminations.series({ ...place, code: String(code) })),
        duration: durations.series(labels),
        sliDuration: labels.verb === 'WATCH' ? undefined : sliDurations.series(place),
        longRunning: longRunning.series(place),
        size: sizes.series(place),
        aborted: lazily(() => aborts.series(abortedPlace)),
        watched: labels.verb === 'WATCH' ? watched.of(`${group} ${version} ${resource}`) : undefined,
        watchList: lazily(() => watchLists.series({ group, version, resource, scope })),
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

function lazily<T>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}
