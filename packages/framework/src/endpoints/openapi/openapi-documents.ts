import type { InstalledGroup, InstalledVersion } from '../../registry/installed.ts'
import { stringify, type JsonObject } from '../../util/json.ts'
import { PreparedBody } from '../discovery/prepared-body.ts'
import { Definitions, groupVersionsOf } from './definitions.ts'
import {
  coreVersionsOperation,
  groupListOperation,
  groupOperation,
  resourceListOperation,
  versionOperation,
} from './discovery-paths.ts'
import { documentV2 } from './document-v2.ts'
import { documentV3, type ApiInfo } from './document-v3.ts'
import type { Operation, Paths } from './operation.ts'
import { resourcePaths } from './resource-paths.ts'

/** One document, in JSON and in protobuf; each is made when it is first asked for. */
export class OpenApiDocument {
  readonly #make: () => JsonObject
  readonly #encode: (document: JsonObject) => Buffer
  #value: JsonObject | undefined
  #json: PreparedBody | undefined
  #protobuf: PreparedBody | undefined

  constructor(make: () => JsonObject, encode: (document: JsonObject) => Buffer) {
    this.#make = make
    this.#encode = encode
  }

  get json(): PreparedBody {
    return (this.#json ??= new PreparedBody(Buffer.from(stringify(this.#document))))
  }

  get protobuf(): PreparedBody {
    return (this.#protobuf ??= new PreparedBody(this.#encode(this.#document)))
  }

  /** SHA-512 of the JSON, which stands for all forms. */
  get hash(): string {
    return this.json.hash
  }

  get #document(): JsonObject {
    return (this.#value ??= this.#make())
  }
}

/** How documents become protobuf. */
export interface OpenApiEncoders {
  readonly v2: (document: JsonObject) => Buffer
  readonly v3: (document: JsonObject) => Buffer
}

/** The documents of one set of groups. */
export class OpenApiDocuments {
  /** When these documents came to be. */
  readonly lastModified = new Date()
  readonly v2: OpenApiDocument
  /** By what follows `/openapi/v3/`: `apis/wardle.example.com/v1beta1`. */
  readonly v3: ReadonlyMap<string, OpenApiDocument>
  #index: PreparedBody | undefined

  constructor(groups: readonly InstalledGroup[], info: ApiInfo, encoders: OpenApiEncoders) {
    let definitions: Definitions | undefined
    const defined = (): Definitions => (definitions ??= new Definitions(groups))
    const sections = sectionsOf(groups)
    this.v3 = new Map(
      sections.map(({ key, paths, versions }) => [
        key,
        new OpenApiDocument(() => documentV3(info, paths(), defined(), versions), encoders.v3),
      ]),
    )
    this.v2 = new OpenApiDocument(() => {
      const paths: Paths = new Map(sections.flatMap((section) => [...section.paths()]))
      return documentV2(info, paths, defined(), groupVersionsOf(groups))
    }, encoders.v2)
  }

  /** What `/openapi/v3` answers: where each document is. */
  get index(): PreparedBody {
    return (this.#index ??= new PreparedBody(
      Buffer.from(
        stringify({
          paths: Object.fromEntries(
            [...this.v3].map(([key, { hash }]) => [key, { serverRelativeURL: relativeUrl(key, hash) }]),
          ),
        }),
      ),
    ))
  }
}

/** Where a document is, with the hash that lets clients keep it. */
export const relativeUrl = (key: string, hash: string): string => `/openapi/v3/${encodeURI(key)}?hash=${hash}`

/** What one v3 document describes. */
interface Section {
  readonly key: string
  readonly versions: readonly InstalledVersion[]
  readonly paths: () => Paths
}

function sectionsOf(groups: readonly InstalledGroup[]): Section[] {
  const single = (key: string, operation: Operation): Section => ({
    key,
    versions: [],
    paths: () => new Map([[`/${key}/`, [operation]]]),
  })
  const sections: Section[] = [single('apis', groupListOperation()), single('version', versionOperation())]
  for (const { group, versions } of groups) {
    sections.push(
      group === '' ? single('api', coreVersionsOperation()) : single(`apis/${group}`, groupOperation(group)),
    )
    for (const version of versions) {
      const key = group === '' ? `api/${version.version}` : `apis/${version.apiVersion}`
      sections.push({ key, versions: [version], paths: () => versionPaths(key, version) })
    }
  }
  return sections.sort((a, b) => (a.key < b.key ? -1 : 1))
}

function versionPaths(key: string, version: InstalledVersion): Paths {
  const paths = new Map<string, readonly Operation[]>([[`/${key}/`, [resourceListOperation(version)]]])
  for (const installed of version.resources)
    for (const [path, operations] of resourcePaths(version, installed)) paths.set(path, operations)
  return paths
}
