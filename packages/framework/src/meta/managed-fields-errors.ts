import { field, type FieldError } from './field-error.ts'
import type { ManagedFieldsEntry } from './object.ts'

const maxManagerBytes = 128
const maxSubresourceBytes = 256
const unprintable = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u

/** What is wrong with the entries of managedFields, beside the field sets. Source: apis/meta/v1/validation. */
export function validateManagedFields(entries: readonly ManagedFieldsEntry[]): FieldError[] {
  const errors: FieldError[] = []
  for (const [i, { operation = '', fieldsType = '', manager = '', subresource = '' }] of entries.entries()) {
    const path = `metadata.managedFields[${String(i)}]`
    if (operation !== 'Apply' && operation !== 'Update')
      errors.push(field.invalid(`${path}.operation`, operation, 'must be `Apply` or `Update`'))
    if (fieldsType !== '' && fieldsType !== 'FieldsV1')
      errors.push(field.invalid(`${path}.fieldsType`, fieldsType, 'must be `FieldsV1`'))
    errors.push(...validateManager(`${path}.manager`, manager))
    if (Buffer.byteLength(subresource) > maxSubresourceBytes)
      errors.push(field.tooLong(`${path}.subresource`, maxSubresourceBytes))
  }
  return errors
}

function validateManager(path: string, manager: string): FieldError[] {
  const errors: FieldError[] = []
  if (Buffer.byteLength(manager) > maxManagerBytes) errors.push(field.tooLong(path, maxManagerBytes))
  let position = 0
  for (const rune of manager) {
    if (unprintable.test(rune)) {
      const code = (rune.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
      errors.push(field.invalid(path, manager, `invalid character U+${code} (at position ${String(position)})`))
    }
    position += Buffer.byteLength(rune)
  }
  return errors
}
