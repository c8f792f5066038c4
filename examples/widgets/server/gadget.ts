import { StoredResource } from '@apiserver-kit/framework'
import { Gadget } from '../apis/golden/v1/gadget.ts'
// apiserver-kit:imports

export class GadgetResource extends StoredResource<Gadget> {
  readonly storageVersion = Gadget
  override readonly servedVersions = [
    // apiserver-kit:versions
  ]
  override readonly subresources = [
    // apiserver-kit:subresources
  ]
}
