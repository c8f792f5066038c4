import { quote, formatGoValue } from './go-format.ts'

/** The cause reasons of metav1.Status, as apimachinery's field.ErrorType spells them. */
export type FieldErrorType =
  | 'FieldValueNotFound'
  | 'FieldValueRequired'
  | 'FieldValueDuplicate'
  | 'FieldValueInvalid'
  | 'FieldValueTypeInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooShort'
  | 'FieldValueTooMany'
  | 'FieldValueTooFew'
  | 'InternalError'

/** One complaint about one field. Build with {@link field}. Source: apimachinery util/validation/field/errors.go. */
export class FieldError {
  readonly type: FieldErrorType
  /** `spec.list[0].key`; empty prints as `<nil>`. */
  readonly path: string
  /** The text after `path: `, as in a Status cause. */
  readonly body: string

  constructor(type: FieldErrorType, path: string, body: string) {
    this.type = type
    this.path = path
    this.body = body
  }

  toString(): string {
    return `${this.path === '' ? '<nil>' : this.path}: ${this.body}`
  }
}

const shown = (text: string, value: unknown, detail: string): string =>
  detail === '' ? `${text}: ${formatGoValue(value)}` : `${text}: ${formatGoValue(value)}: ${detail}`
const unshown = (text: string, detail: string): string => (detail === '' ? text : `${text}: ${detail}`)

/** Constructors of field errors, with Kubernetes' wording. Paths are written as in messages: `spec.a[0].b`. */
export const field = {
  notFound: (path: string, value: unknown): FieldError =>
    new FieldError('FieldValueNotFound', path, shown('Not found', value, '')),
  required: (path: string, detail = ''): FieldError =>
    new FieldError('FieldValueRequired', path, unshown('Required value', detail)),
  duplicate: (path: string, value: unknown): FieldError =>
    new FieldError('FieldValueDuplicate', path, shown('Duplicate value', value, '')),
  invalid: (path: string, value: unknown, detail: string): FieldError =>
    new FieldError('FieldValueInvalid', path, shown('Invalid value', value, detail)),
  /** An invalid value that the message does not print (Go's OmitValueType). */
  invalidOmitted: (path: string, detail: string): FieldError =>
    new FieldError('FieldValueInvalid', path, unshown('Invalid value', detail)),
  typeInvalid: (path: string, value: unknown, detail: string): FieldError =>
    new FieldError('FieldValueTypeInvalid', path, shown('Invalid value', value, detail)),
  notSupported: (path: string, value: unknown, supported: readonly string[]): FieldError =>
    new FieldError(
      'FieldValueNotSupported',
      path,
      shown('Unsupported value', value, supported.length ? `supported values: ${supported.map(quote).join(', ')}` : ''),
    ),
  forbidden: (path: string, detail: string): FieldError =>
    new FieldError('FieldValueForbidden', path, unshown('Forbidden', detail)),
  tooLong: (path: string, maxBytes: number): FieldError =>
    new FieldError(
      'FieldValueTooLong',
      path,
      maxBytes < 0
        ? 'Too long: value is too long'
        : `Too long: may not be more than ${String(maxBytes)} ${maxBytes === 1 ? 'byte' : 'bytes'}`,
    ),
  tooMany: (path: string, actual: number, max: number): FieldError =>
    new FieldError(
      'FieldValueTooMany',
      path,
      `Too many${actual < 0 ? '' : `: ${String(actual)}`}: must have at most ${String(max)} ${max === 1 ? 'item' : 'items'}`,
    ),
  internal: (path: string, detail: string): FieldError =>
    new FieldError('InternalError', path, unshown('Internal error', detail)),
} as const

/** The text of several errors at once, as Go's errors.NewAggregate words it. */
export function aggregate(errors: readonly FieldError[]): string {
  const distinct = [...new Set(errors.map(String))]
  return distinct.length === 1 ? (distinct[0] ?? '') : `[${distinct.join(', ')}]`
}
