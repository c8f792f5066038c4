import type { Metric, Registry } from 'prom-client'

type Labels = Readonly<Record<string, string>>

interface Sample {
  readonly metricName?: string
  readonly labels: Labels
  readonly value: number
}

interface FamilyOptions {
  readonly name: string
  readonly help: string
  readonly registry: Registry
}

/**
 * A metric whose series are kept by those who count with them: one addition for each event, where prom-client's own work out, each time, which
 * series is meant. Registers itself, and is asked by the registry for its samples.
 */
abstract class Family {
  readonly name: string
  readonly help: string
  /** What becomes of the series of several processes. */
  aggregator: 'sum' | 'max' = 'sum'
  abstract readonly type: 'counter' | 'gauge' | 'histogram'

  constructor({ name, help, registry }: FamilyOptions) {
    this.name = name
    this.help = help
    // As much of a Metric as a registry uses.
    registry.registerMetric(this as unknown as Metric)
  }

  abstract samples(): Sample[]
  abstract reset(): void

  get(): Promise<object> {
    const { name, help, type, aggregator } = this
    return Promise.resolve({ name, help, type, aggregator, values: this.samples() })
  }
}

export class NumberSeries {
  readonly labels: Labels
  value = 0

  constructor(labels: Labels) {
    this.labels = labels
  }
}

/** Counters and gauges. */
export class NumberFamily extends Family {
  readonly type: 'counter' | 'gauge'
  readonly #series: { readonly labels: Labels; value: number }[] = []

  constructor(type: 'counter' | 'gauge', options: FamilyOptions) {
    super(options)
    this.type = type
  }

  /** A new one: ask once for the same labels, and keep what comes. */
  series(labels: Labels = {}): NumberSeries {
    const series = new NumberSeries(labels)
    this.#series.push(series)
    return series
  }

  /** A gauge that is read off somewhere when somebody asks. */
  shows(labels: Labels, read: () => number): void {
    this.#series.push({
      labels,
      get value(): number {
        return read()
      },
      set value(_: number) {
        // Nobody counts with it.
      },
    })
  }

  samples(): Sample[] {
    return this.#series.map(({ labels, value }) => ({ labels, value }))
  }

  /** What is under way stays under way: a gauge is no history. */
  reset(): void {
    if (this.type === 'counter') for (const series of this.#series) series.value = 0
  }
}

export class HistogramSeries {
  readonly labels: Labels
  readonly #bounds: readonly number[]
  /** One more than bounds: what is beyond the last. */
  readonly counts: Float64Array
  sum = 0

  constructor(labels: Labels, bounds: readonly number[]) {
    this.labels = labels
    this.#bounds = bounds
    this.counts = new Float64Array(bounds.length + 1)
  }

  observe(value: number): void {
    const bounds = this.#bounds
    let i = 0
    while (i < bounds.length && value > (bounds[i] ?? 0)) i++
    this.counts[i] = (this.counts[i] ?? 0) + 1
    this.sum += value
  }
}

export class HistogramFamily extends Family {
  readonly type = 'histogram'
  readonly #bounds: readonly number[]
  readonly #series: HistogramSeries[] = []

  /** `bounds`: the upper ends of the buckets, ascending. */
  constructor(options: FamilyOptions & { readonly bounds: readonly number[] }) {
    super(options)
    this.#bounds = options.bounds
  }

  /** A new one: ask once for the same labels, and keep what comes. */
  series(labels: Labels = {}): HistogramSeries {
    const series = new HistogramSeries(labels, this.#bounds)
    this.#series.push(series)
    return series
  }

  samples(): Sample[] {
    return this.#series.flatMap(({ labels, counts, sum }) => {
      let count = 0
      const buckets = [...this.#bounds.map(String), '+Inf'].map((le, i) => {
        count += counts[i] ?? 0
        return { metricName: `${this.name}_bucket`, labels: { ...labels, le }, value: count }
      })
      return [
        ...buckets,
        { metricName: `${this.name}_sum`, labels, value: sum },
        { metricName: `${this.name}_count`, labels, value: count },
      ]
    })
  }

  reset(): void {
    for (const series of this.#series) {
      series.counts.fill(0)
      series.sum = 0
    }
  }
}

/** What is kept for each of a small set of names, made when it is first asked for. */
export class Kept<K, T> {
  readonly #known = new Map<K, T>()
  readonly #make: (key: K) => T

  constructor(make: (key: K) => T) {
    this.#make = make
  }

  of(key: K): T {
    let kept = this.#known.get(key)
    if (kept === undefined) {
      kept = this.#make(key)
      this.#known.set(key, kept)
    }
    return kept
  }
}
