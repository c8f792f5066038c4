import type { FieldError } from '../../meta/field-error.ts'
import { StatusError } from '../../meta/status.ts'
import type { KubeObject } from '../../meta/object.ts'
import { generateName } from '../../meta/names.ts'
import { dedupOwnerReferences } from '../../meta/object-meta.ts'
import { settleNamespace } from '../../registry/metadata-rules.ts'
import { StoredResource } from '../../registry/stored-resource.ts'
import { metadataErrors, metadataUpdateErrors } from '../../registry/metadata-errors.ts'
import type { SchemaVerdict } from '../../schema/structural.ts'
import { managerOrUserAgent } from '../../schema/managed-fields/field-manager.ts'
import type { Exchange } from '../exchange.ts'
import { writeOptions } from '../options/operation-options.ts'
import type { WriteQuery } from '../options/write-options.ts'
import type { RequestScope } from '../scope.ts'
import { admissionAttributes } from './admission.ts'
import { checkVersion } from './current-version.ts'

/**
 * What every write does between "here is the object that the client means" and the registry, in Go's order: namespace,
 * managed fields, mutating admission, the members of this endpoint, the schema, the hub version.
 */
export class IncomingWrite {
  readonly scope: RequestScope
  readonly exchange: Exchange
  readonly query: WriteQuery
  readonly manager: string

  constructor(scope: RequestScope, exchange: Exchange, query: WriteQuery) {
    this.scope = scope
    this.exchange = exchange
    this.query = query
    this.manager = managerOrUserAgent(query.fieldManager, exchange.request.headers['user-agent'])
  }

  /** Warnings are said once however often a conflict makes the object anew. */
  warn(warnings: readonly string[]): void {
    for (const text of warnings) this.exchange.context.warnings.add(text)
  }

  /** Tracks the fields of a create, a PUT or a plain patch. */
  track(live: KubeObject | undefined, object: KubeObject): KubeObject {
    return this.scope.fieldManager.update(live, object, this.manager)
  }

  settleNamespace(object: KubeObject): void {
    settleNamespace(this.scope.installed.kind, object, this.exchange.context.namespace)
  }

  dedupOwners(object: KubeObject, afterAdmission = false): void {
    const warning = dedupOwnerReferences(object.metadata, afterAdmission)
    if (warning !== undefined) this.exchange.context.warnings.add(warning)
  }

  async #admit(operation: 'CREATE' | 'UPDATE', object: KubeObject, old: KubeObject | undefined): Promise<void> {
    const { scope, exchange } = this
    if (!scope.admission.mutates(operation)) return
    await scope.admission.admit(
      admissionAttributes(
        scope,
        exchange,
        operation,
        object,
        old,
        this.query.dryRun,
        writeOptions(operation, exchange.query),
      ),
      exchange.context,
    )
  }

  /** The whole way of an object that a write has made, in Go's order; answers it in the hub version. An applied one may hold nulls. */
  async submit(object: KubeObject, live: KubeObject | undefined, isApplied = false): Promise<KubeObject> {
    await this.#admit(live ? 'UPDATE' : 'CREATE', object, live)
    this.dedupOwners(object, true)
    if (live) checkVersion(this.scope, object, live)
    return this.#toHub(object, live, isApplied)
  }

  /** Last in the request's version: throws 422 for what the schema refuses, so that hooks and conversions see valid objects only. */
  #toHub(object: KubeObject, old: KubeObject | undefined, isApplied: boolean): KubeObject {
    const { scope } = this
    scope.strategy?.settle(object, old)
    const judged = old ? object : named(object)
    let { errors, warnings } = this.#judge(judged, old, [])
    // What is wrong with the metadata belongs into the same answer, and may keep rules from being checked.
    if (errors.length || scope.compiled.hasRules) {
      const prior = this.#metadataErrors(judged, old)
      if (prior.length) ({ errors, warnings } = this.#judge(judged, old, prior))
      if (errors.length) errors = [...prior, ...errors]
    }
    this.warn(warnings)
    this.#refuse(errors, judged)
    if (isApplied) scope.compiled.dropNulls(object)
    const hub = scope.toHub(object)
    if (hub !== object) this.#refuse(this.#subresourceErrors(hub), hub)
    return hub
  }

  #refuse(errors: readonly FieldError[], object: KubeObject): void {
    if (errors.length) throw StatusError.invalid(this.scope.groupKind, object.metadata.name ?? '', errors)
  }

  /** What the resource's subresources have to say of its object. */
  #subresourceErrors(object: KubeObject): FieldError[] {
    const { scope } = this
    if (scope.foreign) return []
    const written = scope.subresource?.name === 'status' ? 'status' : 'main'
    return scope.resource.subresources.flatMap((subresource) => subresource.validateParent(object, written))
  }

  #judge(object: KubeObject, old: KubeObject | undefined, prior: readonly FieldError[]): SchemaVerdict {
    const { compiled, subresource } = this.scope
    const verdict =
      old && subresource?.name === 'status'
        ? compiled.validateStatus(object, old, prior)
        : compiled.validate(object, old, prior)
    const more = this.#subresourceErrors(object)
    return more.length ? { ...verdict, errors: [...verdict.errors, ...more] } : verdict
  }

  #metadataErrors(object: KubeObject, old: KubeObject | undefined): readonly FieldError[] {
    const { resource } = this.scope
    if (!(resource instanceof StoredResource) || this.scope.foreign) return []
    return old ? metadataUpdateErrors(resource, object, old) : metadataErrors(resource, object)
  }

  /** Name and namespace of a body must be those of the URL. Source: endpoints/handlers/rest.go checkName. */
  checkName(object: KubeObject): void {
    const { name } = this.exchange.context.info
    const given = object.metadata.name ?? ''
    if (given === '')
      throw StatusError.badRequest(
        `the name of the object (${name} based on URL) was undeterminable: name must be provided`,
      )
    if (given !== name)
      throw StatusError.badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`)
    this.settleNamespace(object)
  }
}

/** The object as its rules see it: with a name like the one that it is going to get. */
function named(object: KubeObject): KubeObject {
  const { name, generateName: prefix } = object.metadata
  return name || !prefix ? object : { ...object, metadata: { ...object.metadata, name: generateName(prefix) } }
}
