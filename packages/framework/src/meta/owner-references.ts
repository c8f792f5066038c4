import { field, FieldError } from './field-error.ts'
import { goJsonEscape } from './go-format.ts'
import type { OwnerReference } from './object.ts'

const path = 'metadata.ownerReferences'

/** What is wrong with owners. Paths carry no index, as in Kubernetes 1.36. Source: validation/objectmeta.go. */
export function validateOwnerReferences(references: readonly OwnerReference[]): FieldError[] {
  const errors: FieldError[] = []
  let controller: string | undefined
  for (const reference of references) {
    errors.push(...validateOwnerReference(reference))
    if (reference.controller !== true) continue
    const owner = `${reference.kind}/${reference.name}`
    if (controller !== undefined)
      errors.push(
        invalid(
          references.map(inGoOrder),
          `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${owner}`,
        ),
      )
    else controller = owner
  }
  return errors
}

function validateOwnerReference(reference: OwnerReference): FieldError[] {
  const { apiVersion, kind, name, uid } = reference
  const errors: FieldError[] = []
  if (versionOf(apiVersion) === '')
    errors.push(field.invalid(`${path}.apiVersion`, apiVersion, 'version must not be empty'))
  for (const [member, value] of Object.entries({ kind, name, uid }))
    if (value === '') errors.push(field.invalid(`${path}.${member}`, value, 'must not be empty'))
  if (apiVersion === 'v1' && kind === 'Event')
    errors.push(invalid(inGoOrder(reference), '/v1, Kind=Event is disallowed from being an owner'))
  return errors
}

/** Empty also where the apiVersion is none. */
function versionOf(apiVersion: string): string {
  const parts = apiVersion.split('/')
  return parts.length > 2 ? '' : (parts.at(-1) ?? '')
}

const inGoOrder = ({
  apiVersion,
  kind,
  name,
  uid,
  controller,
  blockOwnerDeletion,
}: OwnerReference): OwnerReference => ({
  apiVersion,
  kind,
  name,
  uid,
  ...(controller === undefined ? {} : { controller }),
  ...(blockOwnerDeletion === undefined ? {} : { blockOwnerDeletion }),
})

/** The value is printed in the order of Go's struct, not sorted as other objects are. */
const invalid = (value: unknown, detail: string): FieldError =>
  new FieldError('FieldValueInvalid', path, `Invalid value: ${goJsonEscape(JSON.stringify(value))}: ${detail}`)
