import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { decodeHeaderKey, headerLines, headersWithPrefix, removeHeaders, type ServerRequest } from './header-lines.ts'

const request = (rawHeaders: string[]): ServerRequest => {
  const headers: Record<string, string> = {}
  const headersDistinct: Record<string, string[]> = {}
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase()
    ;(headersDistinct[name] ??= []).push(rawHeaders[i + 1]!)
    headers[name] = headersDistinct[name].join(', ')
  }
  return { rawHeaders, headers, headersDistinct } as unknown as ServerRequest
}

describe('headerLines', () => {
  it('keeps lines apart and commas whole', () => {
    const r = request([
      'X-Remote-Group',
      'g1',
      'x-remote-GROUP',
      'g2, g3',
      'X-Remote-Grou',
      'no',
      'x_remote_group',
      'no',
    ])
    expect(headerLines(r, 'X-Remote-Group')).to.deep.equal(['g1', 'g2, g3'])
  })
  it('finds by prefix', () => {
    const r = request(['X-Remote-Extra-A%2fB', '1', 'x-remote-extra-a%2fb', '2', 'X-Remote-Extr', 'no'])
    expect(headersWithPrefix(r, 'X-Remote-Extra-')).to.deep.equal([
      ['a%2fb', '1'],
      ['a%2fb', '2'],
    ])
  })
})

describe('removeHeaders', () => {
  it('removes from every form', () => {
    const r = request(['Authorization', 'secret', 'Accept', '*/*', 'authorization', 'secret2'])
    removeHeaders(r, (name) => name === 'authorization')
    expect(r.rawHeaders).to.deep.equal(['Accept', '*/*'])
    expect(r.headers).to.deep.equal({ accept: '*/*' })
    expect((r as { headersDistinct: object }).headersDistinct).to.deep.equal({ accept: ['*/*'] })
  })
})

describe('decodeHeaderKey', () => {
  it('decodes, and keeps what is malformed', () => {
    expect(decodeHeaderKey('example.com%2fkey')).to.equal('example.com/key')
    expect(decodeHeaderKey('100%')).to.equal('100%')
  })
})

describe('removeHeaders of a real request', () => {
  it('leaves whole what nobody has read yet', async () => {
    const seen = new Promise<unknown>((resolve) => {
      const server = createServer((incoming: IncomingMessage, response) => {
        removeHeaders(incoming, (name) => name.startsWith('x-remote-'))
        const { headers, headersDistinct, rawHeaders } = incoming
        response.end()
        server.close()
        resolve([headers['x-other'], headersDistinct['x-other'], headers['x-remote-user'], rawHeaders.includes('1')])
      })
      server.listen(0, '127.0.0.1', () => {
        const { port } = server.address() as AddressInfo
        const headers = { 'x-remote-user': '1', 'x-remote-group': ['2', '3'], 'x-other': ['a', 'b'] }
        const outgoing = httpRequest({ port, host: '127.0.0.1', headers, agent: false })
        outgoing.end()
        void once(outgoing, 'response').then(([response]) => (response as IncomingMessage).resume())
      })
    })
    expect(await seen).to.deep.equal(['a, b', ['a', 'b'], undefined, false])
  })
})
