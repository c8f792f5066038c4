import { StreamSubresource, Type, type OptionsOf, type RequestContext } from '@apiserver-kit/framework'
import { setTimeout } from 'node:timers/promises'
import type { University } from '../apis/miskatonic/v1alpha1/university.ts'

const LogOptions = Type.Object({
  follow: Type.Boolean({ default: false, description: 'Go on until the client is gone.' }),
  tailLines: Type.Integer({ default: 2, minimum: 0, description: 'So many lines from the end.' }),
})
type LogOptions = OptionsOf<typeof LogOptions>

/** `GET …/widgets/NAME/log`: text that comes to be while the client reads, as the log of a pod. */
export class UniversityLogSubresource extends StreamSubresource<University, LogOptions> {
  readonly name = 'log'
  readonly options = LogOptions
  override readonly contentType = 'text/plain'

  async stream(name: string, options: LogOptions, ctx: RequestContext): Promise<AsyncIterable<string>> {
    await this.parentOf(name, ctx)
    return lines(name, options, ctx.signal)
  }
}

async function* lines(
  name: string,
  { follow, tailLines }: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<string> {
  for (let line = 1; line <= tailLines; line++) yield `line ${line} of ${name}\n`
  while (follow) {
    await setTimeout(1000, undefined, { signal })
    yield `${name} is still there\n`
  }
}
