import type { KubeObject } from '../meta/object.ts'
import { isExpired } from './error-kinds.ts'
import type { ListOptions } from './request-options.ts'
import type { ResourceClient } from './resource-client.ts'

export interface ReflectorList<T extends KubeObject> {
  readonly items: readonly T[]
  readonly resourceVersion: string
  /** The server pages although its cache could have answered. */
  readonly pagedFromCache: boolean
}

/** Source: client-go tools/pager, defaultPageSize. */
const pageSize = 500

/**
 * All objects at one version. In pages where no cache is asked for a version, so that it can answer at once where one
 * is; when a token expires on the way, all in one answer. Source: client-go tools/pager/pager.go.
 */
export async function listForReflector<T extends KubeObject>(
  resource: ResourceClient<T>,
  options: ListOptions & { readonly resourceVersion: string },
  paged: boolean,
): Promise<ReflectorList<T>> {
  const { resourceVersion: _, ...rest } = options
  const fromCache = options.resourceVersion !== ''
  const limit = paged || !fromCache || options.resourceVersion === '0' ? { limit: pageSize } : {}
  let page = await resource.list({ ...options, ...limit })
  const pagedFromCache = fromCache && page.metadata.continue !== undefined && page.metadata.continue !== ''
  const items = page.items
  while (page.metadata.continue) {
    try {
      page = await resource.list({ ...rest, ...limit, continue: page.metadata.continue })
    } catch (error) {
      if (!isExpired(error)) throw error
      const all = await resource.list(rest)
      return { items: all.items, resourceVersion: all.metadata.resourceVersion ?? '', pagedFromCache }
    }
    for (const item of page.items) items.push(item)
  }
  return { items, resourceVersion: page.metadata.resourceVersion ?? '', pagedFromCache }
}
