import type { IncomingMessage } from 'node:http'
import type { KubeObject } from '../meta/object.ts'
import { StatusError, type Status } from '../meta/status.ts'
import type { RequestContext } from '../request/context.ts'
import { acceptWebSocket, asksForWebSocket, checkHandshake, chooseProtocol } from '../request/web-socket.ts'
import { Type } from '../schema/type-helpers.ts'
import { WebSocketChannels, type Channels } from './channels.ts'
import type { Connecter, ConnectRequest } from './rest.ts'
import { Subresource, type OptionsOf, type OptionsSchema } from './subresource.ts'

const flag = (description: string): ReturnType<typeof Type.Boolean> => Type.Boolean({ default: false, description })

/** The query that `kubectl exec` sends: PodExecOptions. */
export const ExecOptions = Type.Object({
  stdin: flag('The client sends the standard input of the command.'),
  stdout: flag('The client reads the standard output of the command.'),
  stderr: flag('The client reads the standard error of the command.'),
  tty: flag('The command has a terminal: its standard error is its standard output.'),
  container: Type.Optional(Type.String({ description: 'Where to execute the command, if there are several places.' })),
  command: Type.Array(Type.String(), { default: [], description: 'The command and its arguments, not in a shell.' }),
})
export type ExecOptions = OptionsOf<typeof ExecOptions>

/** The members of the options that say which channels the client wants. */
export interface ChannelOptions {
  readonly stdin?: boolean
  readonly stdout?: boolean
  readonly stderr?: boolean
  readonly tty?: boolean
}

/** '' is the first of them under the name that it had before it had one. */
const protocols: readonly string[] = [
  'v5.channel.k8s.io',
  'v4.channel.k8s.io',
  'v4.base64.channel.k8s.io',
  'channel.k8s.io',
  'base64.channel.k8s.io',
  '',
]
/** A longer message from a client ends the connection. kubectl sends 32 KiB. */
const maxMessageBytes = 1024 * 1024

/**
 * A process at the other end of a WebSocket, like `pods/NAME/exec` and `/attach`: what `kubectl exec` speaks, in the protocols v5 and v4 of
 * channel.k8s.io and their forebears. Source: kubelet cri/streaming/remotecommand.
 */
export abstract class ChannelSubresource<T extends KubeObject = KubeObject, O extends ChannelOptions = ExecOptions>
  extends Subresource<T>
  implements Connecter<O>
{
  abstract override readonly options: OptionsSchema<O>
  readonly connectMethods = ['GET', 'POST'] as const

  /**
   * `open` shakes hands: what is thrown before is answered as a Status, what is thrown later ends in the error channel. Resolves with the exit code;
   * none is 0. What was written by then still arrives. `ctx.signal` aborts when the client is gone.
   */
  abstract run(
    name: string,
    options: O,
    open: () => Channels,
    ctx: RequestContext,
  ): Promise<number | undefined> | Promise<void>

  async connect(name: string, connection: ConnectRequest<O>, ctx: RequestContext): Promise<void> {
    const { request, options } = connection
    if (!asksForWebSocket(request))
      throw StatusError.badRequest(`unable to upgrade: only WebSocket is supported, with ${protocols[0] ?? ''}`)
    checkHandshake(request)
    const protocol = chooseProtocol(request, protocols)
    const { stdin = false, stdout = false, tty = false } = options
    const wanted = { stdin, stdout, tty, stderr: !tty && (options.stderr ?? false) }
    if (!stdin && !stdout && !wanted.stderr)
      throw StatusError.badRequest('you must specify at least 1 of stdin, stdout, stderr')
    let channels: WebSocketChannels | undefined
    const open = (): WebSocketChannels => {
      if (channels) return channels
      const socket = connection.takeSocket()
      const accepted = acceptWebSocket(request as IncomingMessage, socket, { protocol, maxMessageBytes })
      if (!accepted) throw StatusError.badRequest('the WebSocket handshake failed')
      return (channels = new WebSocketChannels(accepted, protocol.includes('base64'), wanted))
    }
    let outcome: Outcome
    try {
      outcome = exited((await this.run(name, options, open, ctx)) ?? 0)
    } catch (error) {
      if (!channels) throw error
      outcome = (error instanceof StatusError ? error : StatusError.internal(error)).status
    }
    const asJson = protocol.startsWith('v')
    await open().finish(asJson ? JSON.stringify(withoutKind(outcome)) : (outcome.message ?? ''))
  }
}

type Outcome = Omit<Status, 'kind' | 'apiVersion'>

const exited = (code: number): Outcome =>
  code === 0
    ? { metadata: {}, status: 'Success' }
    : {
        metadata: {},
        status: 'Failure',
        message: `command terminated with non-zero exit code: ${String(code)}`,
        reason: 'NonZeroExitCode',
        details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
      }

/** As the kubelet writes it. */
const withoutKind = ({ metadata, status, message, reason, details, code }: Outcome): Outcome => ({
  metadata,
  status,
  ...(message === undefined ? {} : { message }),
  ...(reason === undefined ? {} : { reason }),
  ...(details === undefined ? {} : { details }),
  ...(code === undefined ? {} : { code }),
})
