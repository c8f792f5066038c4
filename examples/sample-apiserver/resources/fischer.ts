import { StoredResource } from '@apiserver-kit/framework'
import { Fischer } from '../apis/wardle/v1alpha1/fischer.ts'
import { pathSegmentErrors } from './names.ts'

export class FischerResource extends StoredResource<Fischer> {
  readonly storageVersion = Fischer
  override readonly strategicMergePatch = true
  override readonly managesGeneration = false
  override readonly defaultColumns = 'createdAt'

  override validateName(name: string): string[] {
    return pathSegmentErrors(name)
  }
}
