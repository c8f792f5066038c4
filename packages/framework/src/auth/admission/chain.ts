import type { RequestContext } from '../../request/context.ts'
import type { AdmissionAttributes, AdmissionOperation } from './attributes.ts'
import { keepManagedFields } from './managed-fields.ts'
import type { AdmissionPlugin } from './plugin.ts'
import { Reinvocation } from './reinvocation.ts'

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

  /** Whether somebody wants to see such a write now. Plugins that follow the cluster may have something to say later. */
  mutates(operation: AdmissionOperation): boolean {
    return this.#mutating.get(operation)?.some(isAwake) === true
  }

  validates(operation: AdmissionOperation): boolean {
    return this.#validating.get(operation)?.some(isAwake) === true
  }

  /** Throws what the first plugin throws that refuses. */
  async admit(attributes: AdmissionAttributes, ctx: RequestContext): Promise<void> {
    const plugins = this.#mutating.get(attributes.operation) ?? []
    const reinvocation = new Reinvocation()
    const managers = attributes.object?.metadata.managedFields
    do for (const plugin of plugins) if (isAwake(plugin)) await plugin.admit?.(attributes, ctx, reinvocation)
    while (!reinvocation.again && reinvocation.begin())
    keepManagedFields(attributes.object, managers, ctx)
  }

  async validate(attributes: AdmissionAttributes, ctx: RequestContext): Promise<void> {
    for (const plugin of this.#validating.get(attributes.operation) ?? [])
      if (isAwake(plugin)) await plugin.validate?.(attributes, ctx)
  }
}

const isAwake = ({ idle }: AdmissionPlugin): boolean => idle !== true
