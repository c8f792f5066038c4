import { field, type FieldError } from '../../meta/field-error.ts'
import type { Kind } from '../kind.ts'

const pattern = '[a-z]([-a-z0-9]*[a-z0-9])?'
const label = new RegExp(`^${pattern}$`)
const problem = `a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '${pattern}')`
const maxWarningLength = 256

/** Source: apiextensions-apiserver validation.go ValidateCustomResourceDefinitionNames, validateDeprecationWarning. */
export function nameErrors(kind: Kind): FieldError[] {
  const names: readonly (readonly [string, string])[] = [
    ['singular', kind.singular],
    ...kind.shortNames.map((name, i) => [`shortNames[${String(i)}]`, name] as const),
    ...kind.categories.map((name, i) => [`categories[${String(i)}]`, name] as const),
  ]
  const errors = names
    .filter(([, name]) => !label.test(name) || name.length > 63)
    .map(([path, name]) => field.invalid(path, name, name.length > 63 ? 'must be no more than 63 characters' : problem))
  if (kind.listKind === kind.kind)
    errors.push(field.invalid('listKind', kind.listKind, 'kind and listKind may not be the same'))
  return [...errors, ...warningErrors(kind.deprecationWarning ?? '')]
}

function warningErrors(warning: string): FieldError[] {
  const at = 'deprecationWarning'
  const errors: FieldError[] = []
  if (warning.length > maxWarningLength)
    errors.push(field.invalid(at, warning, `must be <= ${String(maxWarningLength)} characters long`))
  const index = warning.search(/[\p{C}\p{Zl}\p{Zp}]/u)
  if (index >= 0)
    errors.push(
      field.invalid(
        at,
        warning,
        `must only contain printable UTF-8 characters; non-printable character found at index ${String(index)}`,
      ),
    )
  return errors
}
