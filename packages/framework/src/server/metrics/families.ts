import type { Registry } from 'prom-client'
import { HistogramFamily, Kept, NumberFamily, type HistogramSeries, type NumberSeries } from './series.ts'

/** How long a name is kept, by the words that Kubernetes puts before the help. Source: component-base/metrics. */
export type Stability = 'ALPHA' | 'BETA' | 'STABLE'

interface Described {
  readonly name: string
  readonly stability: Stability
  readonly help: string
}

/** Makes the families of one registry, described as Kubernetes describes its own. */
export class Families {
  readonly registry: Registry

  constructor(registry: Registry) {
    this.registry = registry
  }

  number(type: 'counter' | 'gauge', described: Described): NumberFamily {
    return new NumberFamily(type, this.#options(described))
  }

  /** The one series of a counter without labels. */
  single(described: Described): NumberSeries {
    return this.number('counter', described).series()
  }

  /** One series for each value of one label. */
  by(label: string, type: 'counter' | 'gauge', described: Described): Kept<string, NumberSeries> {
    const family = this.number(type, described)
    return new Kept((value) => family.series({ [label]: value }))
  }

  histogram(bounds: readonly number[], described: Described): HistogramFamily {
    return new HistogramFamily({ ...this.#options(described), bounds })
  }

  /** One histogram for each value of one label. */
  histogramBy(label: string, bounds: readonly number[], described: Described): Kept<string, HistogramSeries> {
    const family = this.histogram(bounds, described)
    return new Kept((value) => family.series({ [label]: value }))
  }

  #options({ name, stability, help }: Described): { name: string; help: string; registry: Registry } {
    return { name, help: `[${stability}] ${help}`, registry: this.registry }
  }
}

/** Seconds, of requests: those of clients, and those to the store. */
export const requestBounds: readonly number[] = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
]

/** So many bounds, each so many times the one before. */
export const exponentialBounds = (first: number, factor: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => first * factor ** i)
