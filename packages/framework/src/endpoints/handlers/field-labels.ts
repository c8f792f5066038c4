import type { FieldSelector } from '../../meta/field-selector.ts'
import { StatusError } from '../../meta/status.ts'
import type { RequestScope } from '../scope.ts'

/** Refuses a selector over a field that the kind does not offer. Two wordings: Go's typed default, and the custom resources' own. */
export function knownFields(scope: RequestScope, selector: FieldSelector): void {
  const selectable = scope.installed.kind.selectableFields.map((path) => path.replace(/^\./, ''))
  for (const { field } of selector.requirements) {
    if (field === 'metadata.name' || field === 'metadata.namespace' || selectable.includes(field)) continue
    throw StatusError.badRequest(
      scope.resource.strategicMergePatch
        ? `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`
        : `field label not supported: ${field}`,
    )
  }
}
