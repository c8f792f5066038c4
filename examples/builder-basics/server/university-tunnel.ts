import {
  Subresource,
  Type,
  type Connecter,
  type ConnectMethod,
  type ConnectRequest,
  type OptionsOf,
  type RequestContext,
} from '@apiserver-kit/framework'
import type { University } from '../apis/miskatonic/v1alpha1/university.ts'

const TunnelOptions = Type.Object({
  port: Type.Integer({ minimum: 1, maximum: 65535, default: 80, description: 'What the query may say.' }),
})
type TunnelOptions = OptionsOf<typeof TunnelOptions>

/** `GET …/widgets/NAME/tunnel`, and all paths below: answers by itself, or makes another protocol of the connection. */
export class UniversityTunnelSubresource extends Subresource<University> implements Connecter<TunnelOptions> {
  readonly name = 'tunnel'
  override readonly options = TunnelOptions
  readonly connectMethods: readonly ConnectMethod[] = ['GET']
  readonly servesPath = true

  async connect(name: string, connection: ConnectRequest<TunnelOptions>, ctx: RequestContext): Promise<void> {
    await this.parentOf(name, ctx)
    if (connection.upgrades.includes('echo')) {
      const socket = connection.upgrade('echo')
      socket.pipe(socket)
    } else connection.response.end(`tunnel of ${name}: port ${connection.options.port}, path ${connection.path}\n`)
  }
}
