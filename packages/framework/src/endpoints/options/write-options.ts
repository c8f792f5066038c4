import { field, FieldError } from '../../meta/field-error.ts'
import { formatGoValue } from '../../meta/go-format.ts'
import { StatusError } from '../../meta/status.ts'
import { queryBoolean } from './query-values.ts'

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict'

/** metav1.CreateOptions, UpdateOptions and PatchOptions. */
export interface WriteQuery {
  readonly dryRun: boolean
  readonly fieldManager: string
  readonly fieldValidation: FieldValidation
  /** PATCH only; undefined when not given. */
  readonly force: boolean | undefined
}

const maxManagerBytes = 128

/** Decodes and validates (422). `apply` is undefined for what is no PATCH. Source: apimachinery meta/v1/validation. */
export function decodeWriteQuery(
  query: URLSearchParams,
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
  apply?: boolean,
): WriteQuery {
  const dryRun = query.getAll('dryRun')
  const fieldManager = query.get('fieldManager') ?? ''
  const fieldValidation = query.get('fieldValidation') ?? ''
  const force = kind === 'PatchOptions' ? queryBoolean(query, 'force') : undefined
  const errors: FieldError[] = []
  if (kind === 'PatchOptions') {
    if (apply && fieldManager === '') errors.push(field.required('fieldManager', 'is required for apply patch'))
    if (!apply && force !== undefined) errors.push(field.forbidden('force', 'may not be specified for non-apply patch'))
  }
  errors.push(...fieldManagerErrors(fieldManager), ...dryRunErrors(dryRun))
  if (!['', 'Ignore', 'Warn', 'Strict'].includes(fieldValidation))
    errors.push(field.notSupported('fieldValidation', fieldValidation, ['', 'Ignore', 'Strict', 'Warn']))
  if (errors.length) throw StatusError.invalid({ group: 'meta.k8s.io', kind }, '', errors)
  return {
    dryRun: dryRun.length > 0,
    fieldManager,
    fieldValidation: (fieldValidation || 'Warn') as FieldValidation,
    force,
  }
}

export function dryRunErrors(dryRun: readonly string[]): FieldError[] {
  if (dryRun.every((v) => v === 'All')) return []
  return [
    new FieldError(
      'FieldValueNotSupported',
      'dryRun',
      `Unsupported value: ${formatGoValue(dryRun)}: supported values: "All"`,
    ),
  ]
}

/** unicode.IsPrint of Go: letters, marks, numbers, punctuation, symbols and the plain space. */
const unprintable = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u

function fieldManagerErrors(manager: string): FieldError[] {
  const errors: FieldError[] = []
  if (Buffer.byteLength(manager) > maxManagerBytes) errors.push(field.tooLong('fieldManager', maxManagerBytes))
  let position = 0
  for (const rune of manager) {
    if (unprintable.test(rune)) {
      const code = (rune.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
      errors.push(
        field.invalid('fieldManager', manager, `invalid character U+${code} (at position ${String(position)})`),
      )
    }
    position += Buffer.byteLength(rune)
  }
  return errors
}
