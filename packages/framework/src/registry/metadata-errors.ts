import type { FieldError } from '../meta/field-error.ts'
import { generateName as makeName, pathSegmentName } from '../meta/names.ts'
import type { KubeObject } from '../meta/object.ts'
import { validateObjectMeta, validateObjectMetaUpdate } from '../meta/object-meta.ts'
import { keepSystemMetadata } from './metadata-rules.ts'
import type { StoredResource } from './stored-resource.ts'

/** Whose metadata is judged: what the rules need of a resource. */
type JudgedResource = Pick<StoredResource<KubeObject>, 'namespaced' | 'validateName'>

/** What is wrong with a new object's metadata. A name that is still to be generated counts as one. */
export function metadataErrors(resource: JudgedResource, { metadata }: KubeObject): FieldError[] {
  const { name, generateName } = metadata
  return validateObjectMeta(name || !generateName ? metadata : { ...metadata, name: makeName(generateName) }, {
    namespaced: resource.namespaced,
    validateName: (name, prefix) => {
      const errors = resource.validateName(name, prefix)
      return errors.length ? errors : pathSegmentName(name, prefix)
    },
  })
}

/** What is wrong with a changed object's metadata, once the server has settled its own part of it. */
export function metadataUpdateErrors(resource: JudgedResource, object: KubeObject, old: KubeObject): FieldError[] {
  const settled = { ...object, metadata: { ...object.metadata, generation: old.metadata.generation } }
  keepSystemMetadata(settled, old)
  return metadataChangeErrors(resource, settled, old)
}

/** The same of one whose system metadata is settled already. */
export const metadataChangeErrors = (resource: JudgedResource, object: KubeObject, old: KubeObject): FieldError[] => [
  ...validateObjectMeta(object.metadata, { namespaced: resource.namespaced, validateName: () => [] }),
  ...validateObjectMetaUpdate(object.metadata, old.metadata),
]
