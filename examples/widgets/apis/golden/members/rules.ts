/** One validation rule, in CEL. */
export interface Rule {
  readonly rule: string
  readonly message?: string
  readonly messageExpression?: string
  readonly reason?: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired' | 'FieldValueDuplicate'
  readonly fieldPath?: string
  readonly optionalOldSelf?: boolean
}

/** The keyword for validation rules. */
export const rules = (...all: readonly Rule[]) => ({ 'x-kubernetes-validations': all })
