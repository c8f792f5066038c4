import { LabelSelector, type LabelSelectorObject } from '../../../meta/label-selector.ts'
import type { KubeObject } from '../../../meta/object.ts'
import { StatusError } from '../../../meta/status.ts'
import type { AdmissionAttributes } from '../attributes.ts'
import { isNamespaces } from './rules.ts'

/** Where namespaces themselves are known from. */
export interface NamespaceObjects {
  find(name: string, signal: AbortSignal): Promise<KubeObject | undefined>
}

export interface SelectorObjects {
  readonly namespaceSelector?: LabelSelectorObject
  readonly objectSelector?: LabelSelectorObject
}

/** Says by labels whether a write is meant. Source: admission/plugin/webhook/predicates/{namespace,object}. */
export class Selectors {
  readonly #namespaces: NamespaceObjects
  readonly #namespaceSelector: LabelSelector | Error
  readonly #objectSelector: LabelSelector | Error

  constructor({ namespaceSelector, objectSelector }: SelectorObjects, namespaces: NamespaceObjects) {
    this.#namespaces = namespaces
    this.#namespaceSelector = read(namespaceSelector)
    this.#objectSelector = read(objectSelector)
  }

  /** Throws 500 for selectors that cannot be read, 404 for a namespace that is not there. What is not meant for certain throws nothing. */
  async match(attributes: AdmissionAttributes, signal: AbortSignal): Promise<boolean> {
    const selector = this.#objectSelector
    if (selector instanceof LabelSelector && !matchesObject(selector, attributes)) return false
    if (!(await this.#matchesNamespace(attributes, signal))) return false
    if (!(selector instanceof LabelSelector)) throw StatusError.internal(selector)
    return true
  }

  async #matchesNamespace(attributes: AdmissionAttributes, signal: AbortSignal): Promise<boolean> {
    const { namespace, resource, operation, subresource, object } = attributes
    const selector = this.#namespaceSelector
    // What is in no namespace is never left out by this.
    if (namespace === '' && !isNamespaces(resource)) return true
    if (!(selector instanceof LabelSelector)) throw StatusError.internal(selector)
    if (selector.empty) return true
    // The cluster's copy does not have what is only just written.
    const written = isNamespaces(resource) && subresource === '' && (operation === 'CREATE' || operation === 'UPDATE')
    const found = written && object ? object : await this.#namespaces.find(namespace, signal)
    if (!found) throw StatusError.notFound({ group: '', resource: 'namespaces' }, namespace)
    return selector.matches(found.metadata.labels)
  }
}

const matchesObject = (selector: LabelSelector, { object, oldObject }: AdmissionAttributes): boolean =>
  selector.empty || has(selector, object) || has(selector, oldObject)

const has = (selector: LabelSelector, object: KubeObject | undefined): boolean =>
  object !== undefined && selector.matches(object.metadata.labels)

/** The cluster fills in an empty selector, which selects everything, where there is none. */
function read(selector: LabelSelectorObject | undefined): LabelSelector | Error {
  try {
    return selector ? LabelSelector.fromObject(selector) : LabelSelector.everything
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}
