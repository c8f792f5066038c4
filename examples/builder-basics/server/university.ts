import { field, StatusSubresource, StoredResource, type FieldError } from '@apiserver-kit/framework'
import { University } from '../apis/miskatonic/v1alpha1/university.ts'
import { ScaleSubresource } from '@apiserver-kit/framework'
import { UniversityCampusSubresource } from './university-campus.ts'
import { UniversityTunnelSubresource } from './university-tunnel.ts'
import { UniversityLogSubresource } from './university-log.ts'
// apiserver-kit:imports

export class UniversityResource extends StoredResource<University> {
  readonly storageVersion = University
  override readonly servedVersions = [
    // apiserver-kit:versions
  ]
  override readonly subresources = [
    new StatusSubresource<University>(),
    new ScaleSubresource<University>({
      specReplicasPath: '.spec.replicas',
      statusReplicasPath: '.status.replicas',
    }),
    new UniversityCampusSubresource(),
    new UniversityTunnelSubresource(),
    new UniversityLogSubresource(),
    // apiserver-kit:subresources
  ]

  /** What the schema cannot say. */
  override validate({ spec }: University): FieldError[] {
    return spec.message?.trim() === '' ? [field.invalid('spec.message', spec.message, 'must say something')] : []
  }
}
