import type { KubeObject } from '../meta/object.ts'
import type { Status } from '../meta/status.ts'
import type { RequestContext } from '../request/context.ts'
import type { Kind } from '../schema/kind.ts'
import type { Resource } from './resource.ts'
import type { NamedCreater } from './rest.ts'
import { Subresource } from './subresource.ts'

/** What an action answers: an object of its output kind, where apiVersion, kind and metadata may be left out. */
export type ActionOutput<Output extends KubeObject> = Omit<Output, keyof KubeObject> & Partial<KubeObject>

/**
 * Something to be done with an object: `POST …/NAME/restart`, as `serviceaccounts/NAME/token` and `pods/NAME/eviction` are. The body is an object of the
 * input kind, decoded, defaulted and validated as any other; the answer, 201, one of the output kind.
 */
export abstract class ActionSubresource<
  T extends KubeObject,
  Input extends KubeObject,
  Output extends KubeObject = Input,
>
  extends Subresource<T>
  implements NamedCreater<Input>
{
  abstract readonly input: Kind<Input>
  abstract readonly output: Kind<Output>

  /** `object` is the one that is acted on, in the storage version. Nothing may be changed on a dry run. What it throws is answered as a Status. */
  abstract run(
    object: T,
    input: Input,
    ctx: RequestContext,
    options: { readonly dryRun: boolean },
  ): Promise<ActionOutput<Output> | Status>

  /** The input's and the output's, once attached. */
  override kind: Kind | undefined = undefined
  override createdKind: Kind | undefined = undefined

  override attach(parent: Resource<T>): void {
    super.attach(parent)
    this.kind = this.input
    this.createdKind = this.output
  }

  async create(
    name: string,
    input: Input,
    ctx: RequestContext,
    options: { readonly dryRun: boolean },
  ): Promise<KubeObject | Status> {
    const answer = await this.run(await this.parentOf(name, ctx), input, ctx, options)
    if (answer.kind === 'Status' && answer.apiVersion === 'v1') return answer as Status
    const { apiVersion, kind } = this.output
    return { metadata: {}, ...answer, apiVersion, kind }
  }
}
