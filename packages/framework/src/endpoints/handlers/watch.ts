import type { ServerResponse } from 'node:http'
import { StatusError } from '../../meta/status.ts'
import type { KubeObject } from '../../meta/object.ts'
import type { Watcher } from '../../registry/rest.ts'
import type { WatchStream } from '../../storage/storage.ts'
import type { Exchange } from '../exchange.ts'
import { FieldSelector } from '../../meta/field-selector.ts'
import { decodeListOptions, type DecodedListOptions } from '../options/list-options.ts'
import { WatchEncoder } from '../watch-encoder.ts'
import { knownFields } from './field-labels.ts'
import type { Handler } from './handler.ts'
import { renderingOf } from './negotiation.ts'

/** A watch that names no time lives between one and two times this long, in seconds. Source: server/config.go MinRequestTimeout. */
const minRequestTimeoutSeconds = 1800

/** How long a client has to take what was already written to it. */
const stalledGraceMs = 5000

/** GET with `watch`, and the deprecated /watch/ paths. Source: endpoints/handlers/{get,watch}.go. */
export const watch: Handler = async (scope, exchange) => {
  const { context, query } = exchange
  const decoded = decodeListOptions(query, true)
  const rendering = renderingOf(exchange, true)
  const options = { ...withName(decoded, exchange), fieldsOf: (o: KubeObject) => scope.fieldsOf(scope.toVersion(o)) }
  knownFields(scope, options.fieldSelector)
  const seconds = options.timeoutSeconds || minRequestTimeoutSeconds * (1 + Math.random())
  const stream = await (scope.target as Watcher).watch({ ...options, deadlineMs: Date.now() + seconds * 1000 }, context)
  const { response } = exchange
  response.statusCode = 200
  response.setHeader('content-type', rendering.negotiated.contentType)
  const warnings = context.warnings.headers()
  if (warnings.length) response.setHeader('warning', warnings)
  // Both kinds of response have it; the types know of one.
  ;(response as ServerResponse).flushHeaders()
  const timer = setTimeout(
    () => {
      stream.close()
    },
    Math.min(seconds * 1000, 2 ** 31 - 1),
  )
  const stop = (): void => {
    stream.close()
  }
  response.once('close', stop)
  // A client that takes nothing more is not waited for once its stream is over.
  stream.over?.addEventListener(
    'abort',
    () => {
      if (response.writableNeedDrain) setTimeout(() => response.destroy(), stalledGraceMs).unref()
    },
    { once: true },
  )
  try {
    await pump(stream, exchange, new WatchEncoder(scope, rendering))
  } finally {
    clearTimeout(timer)
    response.off('close', stop)
    stream.close()
  }
  response.end()
}

/** Writes batch after batch; waits while the client takes no more, so that the stream's own limits apply. */
async function pump(stream: WatchStream, { response }: Exchange, encoder: WatchEncoder): Promise<void> {
  for await (const batch of stream) {
    if (response.destroyed || response.writableEnded) return
    const chunks: Buffer[] = []
    let failed = false
    for (const event of batch) {
      try {
        chunks.push(encoder.encode(event))
        failed = event.type === 'ERROR'
      } catch (error) {
        chunks.push(encoder.encode({ type: 'ERROR', error: error as Error }))
        failed = true
      }
      if (failed) break
    }
    const bytes = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
    if (!(response as ServerResponse).write(bytes) && !failed) await drained(response)
    if (failed) return
  }
}

function drained(response: Exchange['response']): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.once('drain', done)
    response.once('close', done)
  })
}

/** The name in a deprecated path means `metadata.name=NAME`; a selector that says otherwise is refused. */
function withName(options: DecodedListOptions, { context }: Exchange): DecodedListOptions {
  const { name, parts } = context.info
  if (!name || parts.length < 2) return options
  const asked = options.fieldSelector.requiresExactMatch('metadata.name')
  if (asked !== undefined && asked !== name)
    throw StatusError.badRequest("fieldSelector metadata.name doesn't match requested name")
  if (asked !== undefined) return options
  const text = options.fieldSelector.toString()
  const named = `metadata.name=${name}`
  return { ...options, fieldSelector: FieldSelector.parse(text ? `${text},${named}` : named) }
}
