import { quote } from '../../meta/go-format.ts'
import { StatusError, type StatusCause } from '../../meta/status.ts'
import type { Change } from './change.ts'
import type { FieldSet } from './field-set.ts'
import type { Manager, Managers } from './managers.ts'
import { compareUtf8 } from '../../util/utf8.ts'
import { formatPath } from './path-element.ts'

/** The fields that an applier would change although somebody else owns them, by their owner, in the order of messages. */
export interface Conflict {
  readonly owner: Manager
  readonly fields: FieldSet
}

export function findConflicts(managers: Managers, change: Change, applier: string): Conflict[] {
  const conflicts: Conflict[] = []
  for (const identity of [...managers.keys()].sort(compareUtf8)) {
    const owner = managers.get(identity)
    if (!owner || identity === applier) continue
    const effect = change.in(owner.apiVersion)
    const fields = effect && owner.set.intersection(effect.set)
    if (fields && !fields.isEmpty) conflicts.push({ owner, fields })
  }
  return conflicts
}

/** The conflicts without some fields. */
export const withoutFields = (conflicts: readonly Conflict[], fields: FieldSet): Conflict[] =>
  conflicts
    .map(({ owner, fields: all }) => ({ owner, fields: all.difference(fields) }))
    .filter((conflict) => !conflict.fields.isEmpty)

/** The 409 that names each field and its owner. Source: apimachinery managedfields/internal/conflict.go. */
export function conflictError(conflicts: readonly Conflict[]): StatusError {
  const causes: StatusCause[] = []
  const lines: string[] = []
  for (const { owner, fields } of conflicts) {
    const name = describe(owner)
    lines.push(`conflicts with ${name}:`)
    for (const path of fields.paths()) {
      const field = formatPath(path)
      lines.push(`- ${field}`)
      causes.push({ reason: 'FieldManagerConflict', message: `conflict with ${name}`, field })
    }
  }
  const [only] = causes
  const message =
    causes.length === 1
      ? `Apply failed with 1 conflict: ${only?.message ?? ''}: ${only?.field ?? ''}`
      : `Apply failed with ${String(causes.length)} conflicts: ${lines.join('\n')}`
  return StatusError.applyConflict(message, causes)
}

function describe({ manager, operation, apiVersion, subresource }: Manager): string {
  const below = subresource ? ` with subresource ${quote(subresource)}` : ''
  return `${quote(manager)}${below}${operation === 'Update' ? ` using ${apiVersion}` : ''}`
}
