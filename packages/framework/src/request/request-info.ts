/** What a request is about: a pure function of method, path and query. Source: endpoints/request/requestinfo.go. */
export interface RequestInfo {
  readonly isResourceRequest: boolean
  readonly path: string
  /** get, list, watch, create, update, patch, delete, deletecollection, proxy; else the lower-case method. */
  readonly verb: string
  /** `api` or `apis`. */
  readonly apiPrefix: string
  readonly group: string
  readonly version: string
  readonly namespace: string
  readonly resource: string
  readonly subresource: string
  readonly name: string
  readonly parts: readonly string[]
  /** The raw first value, for list, watch and deletecollection. */
  readonly fieldSelector: string
  readonly labelSelector: string
}
