import type { AdmissionAttributes } from '../../auth/admission/attributes.ts'
import type { KubeObject } from '../../meta/object.ts'
import type { WriteChecks } from '../../registry/rest.ts'
import type { JsonObject } from '../../util/json.ts'
import type { Exchange } from '../exchange.ts'
import { writeOptions } from '../options/operation-options.ts'
import type { RequestScope } from '../scope.ts'

export type Operation = AdmissionAttributes['operation']

/** What a write is, for admission. Objects are in the version of the request. */
export function admissionAttributes(
  scope: RequestScope,
  { context }: Exchange,
  operation: Operation,
  object: KubeObject | undefined,
  oldObject: KubeObject | undefined,
  dryRun: boolean,
  options?: JsonObject,
): AdmissionAttributes {
  const { group, version, plural } = scope.installed.kind
  return {
    operation,
    object,
    oldObject,
    kind: { group: scope.kind.group, version: scope.kind.version, kind: scope.kind.kind },
    resource: { group, version, resource: plural },
    subresource: scope.subresource?.name ?? '',
    namespace: context.namespace,
    name: context.info.name || (object?.metadata.name ?? ''),
    dryRun,
    user: context.user,
    options,
    objects: scope.admissionObjects,
  }
}

/** The checks of one write that registry calls back: the schema of the object in the request's version, and validating admission. */
export function writeChecks(
  scope: RequestScope,
  exchange: Exchange,
  operation: 'CREATE' | 'UPDATE',
  dryRun: boolean,
): WriteChecks<KubeObject> {
  return {
    schema: (object, old) => {
      const { errors, warnings } = scope.parent.validate(
        scope.toParentVersion(object),
        old && scope.toParentVersion(old),
      )
      for (const warning of warnings) exchange.context.warnings.add(warning)
      return errors
    },
    admission: async (object, old) => {
      if (!scope.admission.validates(operation)) return
      await scope.admission.validate(
        admissionAttributes(
          scope,
          exchange,
          operation,
          object && scope.toVersion(object),
          old && scope.toVersion(old),
          dryRun,
          writeOptions(operation, exchange.query),
        ),
        exchange.context,
      )
    },
  }
}
