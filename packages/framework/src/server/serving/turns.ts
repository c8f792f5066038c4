import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Requests that a client may send before it has its first answer. */
const maxWaiting = 64

interface Connection {
  last: ServerResponse
  waiting: number
}

/**
 * Requests of one connection of HTTP/1.1 are served one after the other, as in Go. Node would begin them all at once, and keep their answers in memory
 * until it is their turn to be sent.
 */
export class Turns {
  readonly #connections = new WeakMap<Socket, Connection>()

  /** Calls `serve` when every answer before it has been sent; never, when the connection ends before. */
  take({ socket }: IncomingMessage, response: ServerResponse, serve: () => void): void {
    const connection = this.#connections.get(socket)
    if (connection) connection.last = response
    else this.#connections.set(socket, { last: response, waiting: 0 })
    // Node gives it the connection when it is its turn.
    if (response.socket || !connection) {
      serve()
      return
    }
    if (connection.waiting === maxWaiting) {
      socket.destroy()
      return
    }
    connection.waiting++
    response.once('socket', () => {
      connection.waiting--
      serve()
    })
  }

  /** The answer that is not yet sent on that connection, the last of several. */
  unsent(socket: Socket): ServerResponse | undefined {
    const last = this.#connections.get(socket)?.last
    return last && !last.writableFinished ? last : undefined
  }
}
