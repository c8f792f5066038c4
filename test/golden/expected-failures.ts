const rules = 'validation rules (CEL) are not checked yet'

/** Conversations that do not pass yet, by set and name, each with its reason. The test fails when one of them passes, and when another fails. */
export const expectedFailures: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  wardle: {},
  widgets: {
    'cel-immutable': rules,
    'cel-list-map-transition': rules,
    'cel-lists': rules,
    'cel-many': rules,
    'cel-message-expression': rules,
    'cel-message': rules,
    'cel-monotonic': rules,
    'cel-no-message': rules,
    'cel-not-run-after-schema-errors': rules,
    'cel-optional-old-self': rules,
    'cel-quantity': rules,
    'cel-reason-and-field-path': rules,
    'cel-required-once-set': rules,
    'cel-root-status': rules,
    'cel-root': rules,
    'cel-runtime-error': rules,
    'ratchet-cel': rules,
  },
}
