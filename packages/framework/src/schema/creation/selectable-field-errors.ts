import { field, type FieldError } from '../../meta/field-error.ts'
import type { Kind } from '../kind.ts'
import type { StructuralSchema } from '../structural-schema.ts'

const must =
  'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.'

/** There may be more of them than the eight of a definition. Source: apiextensions-apiserver validation.go ValidateCustomResourceSelectableFields. */
export function selectableFieldErrors({ selectableFields }: Kind, schema: StructuralSchema): FieldError[] {
  const errors: FieldError[] = []
  const unique = new Set<string>()
  for (const [index, path] of selectableFields.entries()) {
    const at = `selectableFields[${String(index)}]`
    if (path === '') {
      errors.push(field.required(at))
      continue
    }
    const found = fieldAt(path, schema)
    if (typeof found === 'string') {
      errors.push(field.invalid(at, path, `is an invalid path: ${found}`))
      continue
    }
    if (path.startsWith('.metadata.')) errors.push(field.invalid(at, path, 'must not point to fields in metadata'))
    const [type = '', ...more] = found.types
    if (more.length || !['string', 'boolean', 'integer'].includes(type)) errors.push(field.invalid(at, path, must))
    if (unique.has(path)) errors.push(field.duplicate(at, path))
    unique.add(path)
  }
  return errors
}

/** The schema of a field, or what is wrong with its path. */
function fieldAt(path: string, schema: StructuralSchema): StructuralSchema | string {
  if (!path.startsWith('.')) return `expected [ or . but got: ${/^[^.[]*/.exec(path)?.[0] ?? ''}`
  let at = schema
  for (const name of path.slice(1).split('.')) {
    if (name.includes('[')) return 'array notation is not allowed'
    const next = at.properties.get(name)
    if (!next) return 'does not refer to a valid field'
    at = next
  }
  return at
}
