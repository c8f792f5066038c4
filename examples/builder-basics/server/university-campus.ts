import { Subresource, type Getter, type RequestContext } from '@apiserver-kit/framework'
import { UniversityCampus } from '../apis/miskatonic/v1alpha1/university-campus.ts'
import type { University } from '../apis/miskatonic/v1alpha1/university.ts'

/** `GET …/widgets/NAME/campus`. Its verbs are the methods that are here: `update` may follow. */
export class UniversityCampusSubresource extends Subresource<University> implements Getter<UniversityCampus> {
  readonly name = 'campus'
  override readonly kind = UniversityCampus

  async get(name: string, ctx: RequestContext): Promise<UniversityCampus> {
    const { metadata } = await this.parentOf(name, ctx)
    return {
      apiVersion: UniversityCampus.apiVersion,
      kind: UniversityCampus.kind,
      metadata: { ...metadata },
      status: { generation: metadata.generation ?? 0 },
    }
  }
}
