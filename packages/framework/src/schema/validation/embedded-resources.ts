import { field, FieldError } from '../../meta/field-error.ts'
import { pathSegmentName } from '../../meta/names.ts'
import { readObjectMeta } from '../../meta/object-meta-coercion.ts'
import { validateObjectMeta } from '../../meta/object-meta.ts'
import type { ObjectMeta } from '../../meta/object.ts'
import { isObject, type JsonObject, type JsonValue } from '../../util/json.ts'
import { underKey } from '../member-path.ts'
import type { StructuralSchema } from '../structural-schema.ts'
import { compileNested, type NestedCheck } from './nested-check.ts'
import { violation, type Violation } from './violation.ts'

/** apiVersion, kind and metadata of whole objects inside. Source: apiextensions-apiserver schema/objectmeta. */
export function compileEmbedded(schema: StructuralSchema): NestedCheck | undefined {
  return compileNested(schema, ({ embeddedResource }) => (embeddedResource ? resourceCheck : undefined))
}

const resourceCheck: NestedCheck = (value, violations) => {
  if (!isObject(value)) return
  for (const member of ['apiVersion', 'kind'])
    if (!Object.hasOwn(value, member))
      violations.push(violation.of((path) => field.required(path), underKey(member, '')))
  if (Object.hasOwn(value, 'apiVersion')) nameCheck('apiVersion', value.apiVersion, groupVersionProblem, violations)
  if (Object.hasOwn(value, 'kind')) nameCheck('kind', value.kind, kindProblem, violations)
  if (Object.hasOwn(value, 'metadata')) metadataCheck(value, violations)
}

function nameCheck(
  member: string,
  value: JsonValue | undefined,
  problem: (text: string) => string | undefined,
  violations: Violation[],
): void {
  const text = typeof value === 'string' ? (value === '' ? 'must not be empty' : problem(value)) : 'must be a string'
  if (text !== undefined)
    violations.push(violation.of((path) => field.invalid(path, value, text), underKey(member, '')))
}

const groupVersionProblem = (apiVersion: string): string | undefined =>
  apiVersion.split('/').length > 2 ? `unexpected GroupVersion string: ${apiVersion}` : undefined

const label = '[a-z]([-a-z0-9]*[a-z0-9])?'
const labelPattern = new RegExp(`^${label}$`)

function kindProblem(kind: string): string | undefined {
  const problems: string[] = []
  if (kind.length > 63) problems.push('must be no more than 63 characters')
  if (!labelPattern.test(kind.toLowerCase()))
    problems.push(
      `a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '${label}')`,
    )
  return problems.length ? `may have mixed case, but should otherwise match: ${problems.join(',')}` : undefined
}

/** A template needs no name; the names it has may be anything that fits between slashes. */
function metadataCheck(object: JsonObject, violations: Violation[]): void {
  for (const error of metadataErrors(object.metadata ?? null)) {
    violations.push(violation.of((path) => new FieldError(error.type, path, error.body), underKey(error.path, '')))
  }
}

function metadataErrors(value: JsonValue): FieldError[] {
  let meta: ObjectMeta
  try {
    meta = readObjectMeta(value).meta
  } catch (error) {
    return [field.invalid('metadata', value, error instanceof Error ? error.message : String(error))]
  }
  const namespaced = (meta.namespace ?? '') !== ''
  return validateObjectMeta({ ...meta, name: meta.name || 'fakename' }, { namespaced, validateName: pathSegmentName })
}
