import { StoredResource } from '@apiserver-kit/framework'
import { Gadget } from '../apis/golden/v1/gadget.ts'

export class GadgetResource extends StoredResource<Gadget> {
  readonly storageVersion = Gadget
}
