import { field, type FieldError } from '../../meta/field-error.ts'
import { FieldSelector } from '../../meta/field-selector.ts'
import { LabelSelector } from '../../meta/label-selector.ts'
import { StatusError } from '../../meta/status.ts'
import type { ListOptions, WatchOptions } from '../../registry/rest.ts'
import { queryBoolean, queryInteger } from './query-values.ts'

/** What the query of a list, watch or deletecollection says, decoded (400) and validated (422). */
export interface DecodedListOptions extends ListOptions {
  readonly watch: boolean
  readonly allowWatchBookmarks: boolean
  readonly sendInitialEvents: boolean | undefined
  readonly timeoutSeconds: number | undefined
}

const optionsKind = { group: 'meta.k8s.io', kind: 'ListOptions' }
const matchField = 'resourceVersionMatch'

/** Sources: apimachinery internalversion/{defaults,validation}.go; specification storage-and-watch §2.1. `watch`: the verb is known already. */
export function decodeListOptions(query: URLSearchParams, watch: boolean): DecodedListOptions {
  const raw = {
    watch,
    timeoutSeconds: queryInteger(query, 'timeoutSeconds'),
    limit: queryInteger(query, 'limit') ?? 0,
    continue: query.get('continue') ?? '',
    resourceVersion: query.get('resourceVersion') ?? '',
    allowWatchBookmarks: queryBoolean(query, 'allowWatchBookmarks') ?? false,
    labelSelector: parsed(query, 'labelSelector', LabelSelector),
    fieldSelector: parsed(query, 'fieldSelector', FieldSelector),
  }
  let sendInitialEvents = queryBoolean(query, 'sendInitialEvents')
  let match = query.get(matchField) ?? ''
  if (
    watch &&
    (raw.resourceVersion === '' || raw.resourceVersion === '0') &&
    sendInitialEvents === undefined &&
    match === ''
  ) {
    sendInitialEvents = true
    match = 'NotOlderThan'
  }
  const errors = [...validateMatch(raw.watch, raw.resourceVersion, match, raw.continue, sendInitialEvents)]
  if (errors.length) throw StatusError.invalid(optionsKind, '', errors)
  return {
    resourceVersionMatch: match as WatchOptions['resourceVersionMatch'],
    sendInitialEvents,
    ...raw,
    limit: Math.max(0, raw.limit),
  }
}

function parsed<S>(query: URLSearchParams, name: string, selector: { parse(text: string): S; everything: S }): S {
  const text = query.get(name)
  return text === null || text === '' ? selector.everything : selector.parse(text)
}

function* validateMatch(
  watch: boolean,
  resourceVersion: string,
  match: string,
  continueToken: string,
  sendInitialEvents: boolean | undefined,
): Generator<FieldError> {
  if (watch) {
    if (sendInitialEvents !== undefined) {
      if (match !== 'NotOlderThan')
        yield field.forbidden(matchField, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan')
    } else if (match !== '')
      yield field.forbidden(
        matchField,
        'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
      )
    if (match === '') return
    if (continueToken !== '')
      yield field.forbidden(matchField, 'resourceVersionMatch is forbidden when continue is provided')
    if (match !== 'NotOlderThan') yield field.notSupported(matchField, match, ['NotOlderThan'])
    return
  }
  if (sendInitialEvents !== undefined)
    yield field.forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list')
  if (match === '') return
  if (resourceVersion === '')
    yield field.forbidden(matchField, 'resourceVersionMatch is forbidden unless resourceVersion is provided')
  if (continueToken !== '')
    yield field.forbidden(matchField, 'resourceVersionMatch is forbidden when continue is provided')
  if (match !== 'Exact' && match !== 'NotOlderThan')
    yield field.notSupported(matchField, match, ['Exact', 'NotOlderThan', ''])
  else if (match === 'Exact' && resourceVersion === '0')
    yield field.forbidden(matchField, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"')
}
