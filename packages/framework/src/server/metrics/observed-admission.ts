import { AdmissionChain } from '../../auth/admission/chain.ts'
import type { AdmissionAttributes, AdmissionOperation } from '../../auth/admission/attributes.ts'
import type { AdmissionPlugin } from '../../auth/admission/plugin.ts'
import type { RequestContext } from '../../request/context.ts'
import type { AdmissionMetrics, AdmissionStep, ByOutcome } from './admission-metrics.ts'
import { Kept } from './series.ts'

type Phase = AdmissionStep['type']

/** The chain, timed as a whole and plugin by plugin. Source: admission/metrics. */
export class ObservedAdmission extends AdmissionChain {
  readonly #steps: (phase: Phase, operation: AdmissionOperation) => ByOutcome

  constructor(plugins: readonly AdmissionPlugin[], metrics: AdmissionMetrics) {
    super(plugins.map((plugin) => observed(plugin, metrics)))
    this.#steps = byStep((step) => metrics.step(step))
  }

  override admit(attributes: AdmissionAttributes, ctx: RequestContext): Promise<void> {
    return timed(this.#steps('admit', attributes.operation), () => super.admit(attributes, ctx))
  }

  override validate(attributes: AdmissionAttributes, ctx: RequestContext): Promise<void> {
    return timed(this.#steps('validate', attributes.operation), () => super.validate(attributes, ctx))
  }
}

function observed(plugin: AdmissionPlugin, metrics: AdmissionMetrics): AdmissionPlugin {
  const { name } = plugin
  const series = byStep((step) => metrics.controller(name, step))
  return {
    name,
    get idle(): boolean {
      return plugin.idle === true
    },
    handles: (operation) => plugin.handles(operation),
    ...(plugin.admit && {
      admit: (attributes, ctx, reinvocation) =>
        timed(series('admit', attributes.operation), async () => plugin.admit?.(attributes, ctx, reinvocation)),
    }),
    ...(plugin.validate && {
      validate: (attributes, ctx) =>
        timed(series('validate', attributes.operation), async () => plugin.validate?.(attributes, ctx)),
    }),
  }
}

/** Each made when it is first asked for. */
function byStep(make: (step: AdmissionStep) => ByOutcome): (phase: Phase, operation: AdmissionOperation) => ByOutcome {
  const of = (type: Phase): Kept<AdmissionOperation, ByOutcome> => new Kept((operation) => make({ type, operation }))
  const phases = { admit: of('admit'), validate: of('validate') }
  return (phase, operation) => phases[phase].of(operation)
}

async function timed(series: ByOutcome, run: () => Promise<void>): Promise<void> {
  const begin = performance.now()
  let rejected: 'true' | 'false' = 'true'
  try {
    await run()
    rejected = 'false'
  } finally {
    series[rejected].observe((performance.now() - begin) / 1000)
  }
}
