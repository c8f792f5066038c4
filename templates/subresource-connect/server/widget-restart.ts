import {
  Subresource,
  Type,
  type Connecter,
  type ConnectMethod,
  type ConnectRequest,
  type OptionsOf,
  type RequestContext,
} from '@apiserver-kit/framework'
import type { Widget } from '../apis/demo/v1alpha1/widget.ts'

const RestartOptions = Type.Object({
  port: Type.Integer({ minimum: 1, maximum: 65535, default: 80, description: 'What the query may say.' }),
})
type RestartOptions = OptionsOf<typeof RestartOptions>

/** `GET …/widgets/NAME/restart`, and all paths below: answers by itself, or makes another protocol of the connection. */
export class WidgetRestartSubresource extends Subresource<Widget> implements Connecter<RestartOptions> {
  readonly name = 'restart'
  override readonly options = RestartOptions
  readonly connectMethods: readonly ConnectMethod[] = ['GET']
  readonly servesPath = true

  async connect(name: string, connection: ConnectRequest<RestartOptions>, ctx: RequestContext): Promise<void> {
    await this.parentOf(name, ctx)
    if (connection.upgrades.includes('echo')) {
      const socket = connection.upgrade('echo')
      socket.pipe(socket)
    } else connection.response.end(`restart of ${name}: port ${connection.options.port}, path ${connection.path}\n`)
  }
}
