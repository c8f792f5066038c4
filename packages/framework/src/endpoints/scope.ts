import type { Authorizer } from '../auth/authorization/authorizer.ts'
import type { AdmissionChain } from '../auth/admission/chain.ts'
import type { AdmissionObjects } from '../auth/admission/objects.ts'
import type { GroupKind, GroupResource } from '../meta/group-version.ts'
import type { KubeObject } from '../meta/object.ts'
import type { InstalledResource, InstalledSubresource } from '../registry/installed.ts'
import { servedKinds } from '../registry/resource-registry.ts'
import type { Resource } from '../registry/resource.ts'
import type { FieldsOf } from '../registry/predicate.ts'
import { StoredResource } from '../registry/stored-resource.ts'
import type { UpdateStrategy } from '../registry/writing.ts'
import { compileColumns, nameAndCreatedAt, type CompiledColumns } from '../schema/columns.ts'
import { compileKind, type CompiledKind } from '../schema/structural.ts'
import type { Kind } from '../schema/kind.ts'
import type { FieldManager } from '../schema/managed-fields/field-manager.ts'
import { selectableFieldsOf } from '../schema/selectable-fields.ts'
import type { StoredItem } from '../storage/stored-item.ts'
import { hasProtobufForm } from './negotiation/protobuf/index.ts'
import { QueryOptions } from './options/query-options.ts'
import { VersionConverter } from './versions.ts'
import { ScopeObjects } from './admission-objects.ts'
import { fieldManagerFor } from './field-managers.ts'

/**
 * Everything that the handlers of one endpoint (a resource or subresource in one version) need, worked out when the server starts.
 */
export class RequestScope {
  readonly installed: InstalledResource
  readonly resource: Resource
  readonly subresource: InstalledSubresource | undefined
  /** What answers the verbs: the resource, or the subresource. */
  readonly target: object
  /** The version asked for. */
  readonly kind: Kind
  readonly compiled: CompiledKind
  /** How the query of a connection or a stream is read. */
  readonly options: QueryOptions | undefined
  /** The resource's own kind in the version asked for: another than `compiled` where a subresource has a kind of its own. */
  readonly parent: CompiledKind
  readonly columns: CompiledColumns
  readonly fieldsOf: FieldsOf<KubeObject>
  readonly groupResource: GroupResource
  readonly groupKind: GroupKind
  readonly versions: VersionConverter
  readonly admission: AdmissionChain
  readonly authorizer: Authorizer
  readonly admissionObjects: AdmissionObjects
  readonly fieldManager: FieldManager
  readonly strategy: UpdateStrategy | undefined
  /** Bytes as they are stored are the answer, but for the resourceVersion. */
  readonly servesStoredBytes: boolean
  /** An object of the kind can be answered as protobuf. */
  readonly hasProtobufForm: boolean

  constructor(
    installed: InstalledResource,
    subresource: InstalledSubresource | undefined,
    versions: VersionConverter,
    admission: AdmissionChain,
    authorizer: Authorizer,
  ) {
    this.authorizer = authorizer
    this.installed = installed
    this.resource = installed.resource
    this.subresource = subresource
    this.target = subresource?.subresource ?? installed.resource
    this.kind = subresource?.subresource.kind ?? installed.kind
    this.compiled = compileKind(this.kind)
    this.options = subresource?.optionsKind && new QueryOptions(subresource.optionsKind)
    this.parent = compileKind(installed.kind)
    this.columns =
      this.kind.columns === undefined && this.resource.defaultColumns === 'createdAt'
        ? nameAndCreatedAt
        : compileColumns(this.kind)
    this.fieldsOf = selectableFieldsOf(installed.kind)
    this.groupResource = { group: installed.kind.group, resource: installed.kind.plural }
    this.groupKind = { group: this.kind.group, kind: this.kind.kind }
    this.versions = versions
    this.admission = admission
    this.admissionObjects = new ScopeObjects(this)
    this.fieldManager = fieldManagerFor(this)
    this.strategy = strategyOf(this.target)
    this.hasProtobufForm = hasProtobufForm(this.kind.apiVersion, this.kind.kind)
    this.servesStoredBytes = this.resource instanceof StoredResource && versions.encodedVersion === this.kind.apiVersion
  }

  get foreign(): boolean {
    return this.subresource?.subresource.kind !== undefined
  }

  /** The object in the version asked for. The same object where nothing needs to be done: do not change it. */
  toVersion(object: KubeObject): KubeObject {
    return this.foreign ? object : this.versions.fromHub(object, this.kind.apiVersion)
  }

  /** The resource's own object in the version asked for. */
  toParentVersion(object: KubeObject): KubeObject {
    return this.versions.fromHub(object, this.installed.kind.apiVersion)
  }

  /** From the version asked for to the hub. May change the object given. */
  toHub(object: KubeObject): KubeObject {
    return this.foreign ? object : this.versions.toHub(object)
  }

  /** Another served version of the kind. */
  compiledVersion(apiVersion: string): CompiledKind | undefined {
    const kind = this.foreign ? undefined : servedKinds(this.resource).find((k) => k.apiVersion === apiVersion)
    return kind && compileKind(kind)
  }

  objectOf(answer: KubeObject | StoredItem): KubeObject {
    return this.toVersion('bytes' in answer ? answer.object : answer)
  }
}

function strategyOf(target: object): UpdateStrategy | undefined {
  if (target instanceof StoredResource) return target.mainStrategy
  return (target as { strategy?: UpdateStrategy }).strategy
}
