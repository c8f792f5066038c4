import type { KubeObject } from '../../meta/object.ts'
import { coerceObjectMeta, ObjectMetaTypeError } from '../../meta/object-meta-coercion.ts'
import { StatusError } from '../../meta/status.ts'
import { coerceEmbeddedMetadata } from '../../schema/embedded-metadata.ts'
import { getOwn, isObject, type JsonObject, type JsonValue } from '../../util/json.ts'
import { listingOnce, settleKeys } from '../../util/listed-keys.ts'
import { readYaml } from '../../util/yaml.ts'
import { cannotUnmarshal } from '../patch/patch-document.ts'
import type { RequestScope } from '../scope.ts'
import type { IncomingWrite } from './incoming.ts'
import type { Patcher } from './patch.ts'
import { isStoredAsMade } from './unchanged-applies.ts'

/** Server-side apply: YAML (and so JSON) that says what its manager wants. Source: endpoints/handlers/patch.go applyPatcher. */
export function applier(write: IncomingWrite, body: string): Patcher {
  const { scope } = write
  return (live) => {
    const merged = listingOnce(() => mergedWith(live, write, body))
    if (merged !== live) {
      coerceWhatCanBe(scope, merged)
      // The configuration has passed the field manager's types, which let pass what lies below an object without members.
      scope.compiled.prune(merged)
      scope.compiled.default(merged, true)
    }
    write.checkName(merged)
    write.dedupOwners(merged)
    if (!live) refuseUid(write, merged)
    return merged
  }
}

function mergedWith(live: KubeObject | undefined, write: IncomingWrite, body: string): KubeObject {
  const { scope, query, manager } = write
  // Read anew for each attempt: the field manager may change what it is given, and conflicts are rare.
  const { configuration, duplicates } = parseConfiguration(body)
  if (!live) delete configuration.metadata.resourceVersion
  const merged = scope.fieldManager.apply(live, configuration, manager, query.force ?? false)
  complain(write, duplicates)
  // As decoding does for every other body: what metadata cannot hold goes, or is refused.
  if (merged !== live) merged.metadata = coerceObjectMeta(merged.metadata as unknown as JsonValue, scope.kind).meta
  if (isStoredAsMade(scope)) settleKeys(merged.metadata.annotations)
  return merged
}

/** Whole objects inside: what their metadata cannot hold goes; a time that is none is left for the validation to refuse. */
function coerceWhatCanBe({ compiled }: RequestScope, merged: KubeObject): void {
  try {
    coerceEmbeddedMetadata(compiled.schema, merged as unknown as JsonObject)
  } catch (error) {
    if (!(error instanceof ObjectMetaTypeError)) throw error
  }
}

/** Once it has been merged: a conflict is answered first. */
function complain(write: IncomingWrite, duplicates: readonly string[]): void {
  const { fieldValidation } = write.query
  if (fieldValidation === 'Ignore' || !duplicates.length) return
  if (fieldValidation === 'Strict')
    throw StatusError.badRequest(
      `error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  ${duplicates.join('\n  ')}`,
    )
  write.warn(duplicates)
}

function parseConfiguration(text: string): { configuration: KubeObject; duplicates: readonly string[] } {
  let value: JsonValue
  let duplicates: readonly string[]
  try {
    ;({ value, duplicates } = readYaml(text))
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw StatusError.badRequest(`error decoding YAML: error converting YAML to JSON: ${message}`, { cause: error })
  }
  // Nothing at all is a configuration that says nothing.
  value ??= {}
  if (!isObject(value))
    throw StatusError.badRequest(
      `error decoding YAML: error unmarshaling JSON: while decoding JSON: ${cannotUnmarshal(value, 'map[string]interface {}')}`,
    )
  const { metadata } = value
  if (metadata !== undefined && metadata !== null && !isObject(metadata))
    throw StatusError.badRequest('error decoding YAML: metadata is not an object')
  refuseOtherTypes(value, isObject(metadata) ? metadata : {})
  const configuration = { ...value, metadata: isObject(metadata) ? metadata : {} } as unknown as KubeObject
  return { configuration, duplicates }
}

/** What is read before the field manager has judged the types. */
function refuseOtherTypes(value: JsonObject, metadata: JsonObject): void {
  const members: [string, JsonValue | undefined][] = [
    ['apiVersion', getOwn(value, 'apiVersion')],
    ['kind', getOwn(value, 'kind')],
    ...(['name', 'generateName', 'namespace', 'uid', 'resourceVersion'] as const).map(
      (name): [string, JsonValue | undefined] => [`metadata.${name}`, getOwn(metadata, name)],
    ),
  ]
  for (const [path, member] of members)
    if (member !== undefined && member !== null && typeof member !== 'string')
      throw StatusError.badRequest(`error decoding YAML: ${path} is not a string`)
}

/** A uid speaks of an object that is there. */
function refuseUid(write: IncomingWrite, { metadata: { uid } }: KubeObject): void {
  if (!uid) return
  throw StatusError.conflict(
    write.scope.groupResource,
    write.exchange.context.info.name,
    `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
  )
}
