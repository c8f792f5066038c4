import type { InstalledGroup } from '../../registry/installed.ts'
import type { JsonObject } from '../../util/json.ts'
import { encodeObject } from '../negotiation/encode.ts'
import { apiGroupDiscoveryList } from './aggregated-document.ts'
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from './legacy-documents.ts'
import { PreparedBody } from './prepared-body.ts'

/** One document of discovery in every form that was asked for so far. */
export class DiscoveryDocument {
  readonly #value: JsonObject
  readonly #bodies = new Map<string, PreparedBody>()

  constructor(value: JsonObject) {
    this.#value = value
  }

  body(mediaType: string, pretty: boolean): PreparedBody {
    const key = pretty ? `${mediaType} pretty` : mediaType
    let body = this.#bodies.get(key)
    if (!body) {
      body = new PreparedBody(encodeObject(this.#value, { mediaType, pretty: false }, pretty))
      this.#bodies.set(key, body)
    }
    return body
  }

  /** The same for every form: the hash of the JSON. */
  get etag(): string {
    return `"${this.body('application/json', false).hash}"`
  }
}

/** What one discovery path answers. `aggregated` only where there is such a form: at the roots. */
export interface DiscoveryEntry {
  readonly legacy: DiscoveryDocument
  readonly aggregated?: DiscoveryDocument
}

/** The documents of a set of groups, by path without a slash at the end. */
export function discoveryEntries(
  groups: readonly InstalledGroup[],
  serverAddress: string,
): ReadonlyMap<string, DiscoveryEntry> {
  const entries = new Map<string, DiscoveryEntry>()
  const add = (path: string, legacy: JsonObject, aggregated?: JsonObject): void => {
    entries.set(path, {
      legacy: new DiscoveryDocument(legacy),
      ...(aggregated ? { aggregated: new DiscoveryDocument(aggregated) } : {}),
    })
  }
  const named = groups.filter((g) => g.group !== '')
  add('/apis', apiGroupList(named, serverAddress), apiGroupDiscoveryList(named))
  for (const group of named) {
    add(`/apis/${group.group}`, apiGroup(group))
    for (const version of group.versions) add(`/apis/${version.apiVersion}`, apiResourceList(version))
  }
  const core = groups.find((g) => g.group === '')
  if (core) {
    add('/api', apiVersions(core, serverAddress), apiGroupDiscoveryList([core]))
    for (const version of core.versions) add(`/api/${version.version}`, apiResourceList(version))
  }
  return entries
}
