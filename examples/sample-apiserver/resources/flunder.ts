import { convert, field, StoredResource, type FieldError } from '@apiserver-kit/framework'
import { Flunder as FlunderV1alpha1 } from '../apis/wardle/v1alpha1/flunder.ts'
import { Flunder } from '../apis/wardle/v1beta1/flunder.ts'
import { pathSegmentErrors } from './names.ts'

function toV1beta1({ spec: { reference, referenceType }, ...rest }: FlunderV1alpha1): Flunder {
  const spec: Flunder['spec'] = {}
  if (referenceType !== undefined) spec.referenceType = referenceType
  if (reference && referenceType === 'Flunder') spec.flunderReference = reference
  if (reference && referenceType === 'Fischer') spec.fischerReference = reference
  return { spec, ...rest }
}

/** v1alpha1 has one reference, that of its type: the other one it cannot say. */
function toV1alpha1({
  spec: { referenceType, flunderReference, fischerReference },
  ...rest
}: Flunder): FlunderV1alpha1 {
  const spec: FlunderV1alpha1['spec'] = {}
  if (referenceType === 'Flunder' || referenceType === 'Fischer') {
    const reference = referenceType === 'Flunder' ? flunderReference : fischerReference
    if (reference) spec.reference = reference
    spec.referenceType = referenceType
  }
  return { spec, ...rest }
}

const v1alpha1 = convert(FlunderV1alpha1, { toStorage: toV1beta1, fromStorage: toV1alpha1 })

export class FlunderResource extends StoredResource<Flunder> {
  readonly storageVersion = Flunder
  override readonly servedVersions = [v1alpha1]
  override readonly encodedVersion = v1alpha1
  override readonly strategicMergePatch = true
  override readonly managesGeneration = false
  override readonly defaultColumns = 'createdAt'

  override validateName(name: string): string[] {
    return pathSegmentErrors(name)
  }

  override validate({ spec }: Flunder): FieldError[] {
    const { referenceType = '', flunderReference = '', fischerReference = '' } = spec
    const errors: FieldError[] = []
    if (flunderReference && fischerReference)
      errors.push(
        field.invalid(
          'spec.fischerReference',
          fischerReference,
          'cannot be set with flunderReference at the same time',
        ),
      )
    else if (flunderReference && referenceType !== 'Flunder')
      errors.push(
        field.invalid('spec.flunderReference', flunderReference, 'cannot be set if referenceType is not Flunder'),
      )
    else if (fischerReference && referenceType !== 'Fischer')
      errors.push(
        field.invalid('spec.fischerReference', fischerReference, 'cannot be set if referenceType is not Fischer'),
      )
    else if (!fischerReference && referenceType === 'Fischer')
      errors.push(
        field.invalid('spec.fischerReference', fischerReference, 'cannot be empty if referenceType is Fischer'),
      )
    else if (!flunderReference && referenceType === 'Flunder')
      errors.push(
        field.invalid('spec.flunderReference', flunderReference, 'cannot be empty if referenceType is Flunder'),
      )
    if (referenceType && referenceType !== 'Fischer' && referenceType !== 'Flunder')
      errors.push(field.invalid('spec.referenceType', referenceType, 'must be Flunder or Fischer'))
    return errors
  }

  /** Only a new Flunder is judged. */
  override validateUpdate(): FieldError[] {
    return []
  }

  /** What is answered is what is stored, and that is v1alpha1. */
  override canonicalize(flunder: Flunder): Flunder {
    return { ...toV1beta1(toV1alpha1(flunder)), apiVersion: Flunder.apiVersion }
  }
}
