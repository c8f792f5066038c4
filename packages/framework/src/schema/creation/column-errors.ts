import { field, type FieldError } from '../../meta/field-error.ts'
import { compileJsonPath } from '../json-path.ts'
import type { Kind } from '../kind.ts'

const types = ['boolean', 'date', 'integer', 'number', 'string']
const formats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password']

/** Source: apiextensions-apiserver validation.go ValidateCustomResourceColumnDefinition. */
export function columnErrors({ columns = [] }: Kind): FieldError[] {
  return columns.flatMap(({ name, type, format = '', jsonPath }, index) => {
    const at = `columns[${String(index)}]`
    const errors: FieldError[] = []
    if (name === '') errors.push(field.required(`${at}.name`))
    if (!types.includes(type)) errors.push(field.invalid(`${at}.type`, type, `must be one of ${types.join(',')}`))
    if (format !== '' && !formats.includes(format))
      errors.push(field.invalid(`${at}.format`, format, `must be one of ${formats.join(',')}`))
    if (jsonPath === undefined) return errors
    if (jsonPath === '') errors.push(field.required(`${at}.jsonPath`))
    else if (!jsonPath.startsWith('.'))
      errors.push(field.invalid(`${at}.jsonPath`, jsonPath, 'must be a simple json path starting with .'))
    else if (!isJsonPath(jsonPath)) errors.push(field.invalid(`${at}.jsonPath`, jsonPath, 'must be a json path'))
    return errors
  })
}

function isJsonPath(path: string): boolean {
  try {
    compileJsonPath(path)
    return true
  } catch {
    return false
  }
}
