import type { AdmissionAttributes } from '../attributes.ts'
import type { MatchResources } from '../configuration/registration.ts'
import type { EquivalentResource } from '../objects.ts'
import { matchedResource } from './rules.ts'
import { Selectors, type NamespaceObjects } from './selectors.ts'

/** What a policy or a binding is about. Source: admission/plugin/policy/matching. */
export class ResourceMatcher {
  readonly #resources: MatchResources
  readonly #selectors: Selectors

  constructor(resources: MatchResources, namespaces: NamespaceObjects) {
    this.#resources = resources
    this.#selectors = new Selectors(resources, namespaces)
  }

  /** The resource as the rules see it; undefined: it is not meant. Throws as {@link Selectors.match} does. */
  async match(attributes: AdmissionAttributes, signal: AbortSignal): Promise<EquivalentResource | undefined> {
    const { resourceRules = [], excludeResourceRules = [], matchPolicy } = this.#resources
    const { resource, kind } = attributes
    const matched = resourceRules.length ? matchedResource(resourceRules, matchPolicy, attributes) : { resource, kind }
    if (!matched || matchedResource(excludeResourceRules, matchPolicy, attributes)) return undefined
    return (await this.#selectors.match(attributes, signal)) ? matched : undefined
  }
}
