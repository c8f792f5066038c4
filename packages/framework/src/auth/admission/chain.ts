import type { RequestContext } from '../../request/context.ts'
import type { AdmissionAttributes, AdmissionOperation } from './attributes.ts'
import type { AdmissionPlugin } from './plugin.ts'

const operations: readonly AdmissionOperation[] = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT']

/** The plugins in their order: every write passes all that may change it, and later all that may only refuse it. */
export class AdmissionChain {
  readonly plugins: readonly AdmissionPlugin[]
  readonly #mutating: ReadonlyMap<AdmissionOperation, readonly AdmissionPlugin[]>
  readonly #validating: ReadonlyMap<AdmissionOperation, readonly AdmissionPlugin[]>

  constructor(plugins: readonly AdmissionPlugin[] = []) {
    this.plugins = plugins
    const by = (phase: 'admit' | 'validate'): ReadonlyMap<AdmissionOperation, readonly AdmissionPlugin[]> =>
      new Map(
        operations.map((op) => [op, plugins.filter((plugin) => plugin[phase] !== undefined && plugin.handles(op))]),
      )
    this.#mutating = by('admit')
    this.#validating = by('validate')
  }

  mutates(operation: AdmissionOperation): boolean {
    return this.#mutating.get(operation)?.length !== 0
  }

  validates(operation: AdmissionOperation): boolean {
    return this.#validating.get(operation)?.length !== 0
  }

  /** Throws what the first plugin throws that refuses. */
  async admit(attributes: AdmissionAttributes, ctx: RequestContext): Promise<void> {
    for (const plugin of this.#mutating.get(attributes.operation) ?? []) await plugin.admit?.(attributes, ctx)
  }

  async validate(attributes: AdmissionAttributes, ctx: RequestContext): Promise<void> {
    for (const plugin of this.#validating.get(attributes.operation) ?? []) await plugin.validate?.(attributes, ctx)
  }
}
