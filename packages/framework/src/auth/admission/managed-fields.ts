import type { KubeObject, ManagedFieldsEntry } from '../../meta/object.ts'
import type { RequestContext } from '../../request/context.ts'
import { decodeManagers } from '../../schema/managed-fields/managers.ts'

/**
 * Managers that a plugin or a webhook has left in no readable state are those of before. Source: apimachinery
 * util/managedfields, endpoints/handlers/fieldmanager/admission.go.
 */
export function keepManagedFields(
  object: KubeObject | undefined,
  before: ManagedFieldsEntry[] | undefined,
  ctx: RequestContext,
): void {
  if (!object || object.metadata.managedFields === before) return
  try {
    decodeManagers(object.metadata.managedFields)
  } catch (error) {
    if (before) object.metadata.managedFields = before
    else delete object.metadata.managedFields
    const reason = error instanceof Error ? error.message : String(error)
    ctx.warnings.add(
      `.metadata.managedFields was in an invalid state after admission; this could be caused by an outdated mutating admission controller; please fix your requests: ${reason}`,
    )
  }
}
