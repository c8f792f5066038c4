import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Type } from '@sinclair/typebox'
import { expect } from 'chai'
import type { Authorizer } from '../auth/authorization/authorizer.ts'
import type { RowFilter } from '../registry/predicate.ts'
import { StatusSubresource } from '../registry/status-subresource.ts'
import { StoredResource } from '../registry/stored-resource.ts'
import type { RequestContext } from '../request/context.ts'
import { defineKind, type ObjectOf } from '../schema/kind.ts'
import { ApiServer } from './api-server.ts'
import { standaloneOptions } from './fixture.test.ts'

const Note = defineKind({
  group: 'example.com',
  version: 'v1',
  kind: 'Note',
  plural: 'notes',
  schema: Type.Object({
    owner: Type.String(),
    text: Type.Optional(Type.String()),
    status: Type.Optional(Type.Object({ read: Type.Optional(Type.Boolean()) })),
  }),
})
type Note = ObjectOf<typeof Note>

/** Everybody sees their own notes, the administrator all of them. */
class NoteResource extends StoredResource<Note> {
  readonly storageVersion = Note
  override readonly subresources = [new StatusSubresource<Note>()]
  override visibleTo({ user }: RequestContext): RowFilter<Note> | undefined {
    return user.groups.includes('system:masters') ? undefined : ({ owner }) => owner === user.name
  }
}

const notes = '/apis/example.com/v1/namespaces/default/notes'
interface Answer {
  readonly status: number
  readonly text: string
}

describe('rules of an author', () => {
  const directory = mkdtempSync(join(tmpdir(), 'own-rules-'))
  let server: ApiServer
  beforeEach(async () => {
    const tokens = join(directory, 'tokens')
    writeFileSync(tokens, 'admin,root,,system:masters\njane,jane,\nbob,bob,\neve,eve,\n')
    const everybodyButEve: Authorizer = {
      authorize: ({ user, group }) =>
        Promise.resolve(
          user.name === 'eve'
            ? { decision: 'Deny', reason: 'not eve' }
            : { decision: group === 'example.com' ? 'Allow' : 'NoOpinion' },
        ),
    }
    server = new ApiServer({
      ...standaloneOptions(directory),
      tokenAuthFile: tokens,
      authorizers: [everybodyButEve],
      authenticators: [
        {
          name: 'badge',
          authenticate: ({ headers }) => {
            const name = headers['x-badge']
            return Promise.resolve(
              typeof name === 'string' ? { user: { name, uid: '', groups: [], extra: {} } } : undefined,
            )
          },
        },
      ],
    }).install(new NoteResource())
    await server.listen()
    for (const [name, owner] of [
      ['j1', 'jane'],
      ['b1', 'bob'],
      ['j2', 'jane'],
      ['b2', 'bob'],
      ['j3', 'jane'],
    ] as const)
      expect((await send('admin', 'POST', notes, note(name, owner))).status).to.equal(201)
  })
  afterEach(() => server.close())
  after(() => {
    rmSync(directory, { recursive: true })
  })

  const note = (name: string, owner: string, more: object = {}): object => ({
    apiVersion: 'example.com/v1',
    kind: 'Note',
    metadata: { name },
    owner,
    ...more,
  })

  function send(
    token: string,
    method: string,
    path: string,
    body?: object,
    type = 'application/json',
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const identity = token.startsWith('badge:') ? { 'x-badge': token.slice(6) } : { authorization: `Bearer ${token}` }
      const outgoing = request(
        `${server.url}${path}`,
        { method, headers: { 'content-type': type, ...identity }, rejectUnauthorized: false, agent: false },
        (response) => {
          let text = ''
          response.on('data', (chunk: Buffer) => (text += chunk.toString()))
          response.on('end', () => {
            resolve({ status: response.statusCode ?? 0, text })
          })
        },
      )
      outgoing.on('error', reject)
      outgoing.end(body && JSON.stringify(body))
    })
  }
  const names = async (token: string, query = ''): Promise<(string | undefined)[]> => {
    const { items } = JSON.parse((await send(token, 'GET', notes + query)).text) as {
      items: { metadata: { name?: string } }[]
    }
    return items.map(({ metadata }) => metadata.name)
  }

  it('asks the authorizer of the author, but not about the administrator', async () => {
    expect((await send('eve', 'GET', notes)).text).to.include('not eve')
    expect((await send('eve', 'GET', '/apis')).status).to.equal(403)
    expect((await send('jane', 'GET', '/api/v1/namespaces')).status).to.equal(403)
    expect((await send('admin', 'GET', '/api/v1/namespaces')).status).to.equal(200)
  })
  it('asks the authenticator of the author, after its own', async () => {
    expect(await names('badge:bob')).to.deep.equal(['b1', 'b2'])
  })
  it('lists to everybody their own, in full pages', async () => {
    expect(await names('admin')).to.deep.equal(['b1', 'b2', 'j1', 'j2', 'j3'])
    expect(await names('jane')).to.deep.equal(['j1', 'j2', 'j3'])
    expect(await names('jane', '?fieldSelector=metadata.name=b1')).to.deep.equal([])
    const first = JSON.parse((await send('jane', 'GET', `${notes}?limit=2`)).text) as {
      metadata: { continue: string }
    }
    const rest = await names('jane', `?limit=2&continue=${encodeURIComponent(first.metadata.continue)}`)
    expect(rest).to.deep.equal(['j3'])
  })
  it('knows nothing of the others: reading, changing, applying, deleting are 404', async () => {
    const missing = async (...call: Parameters<typeof send>): Promise<void> => {
      const { status, text } = await send(...call)
      expect([status, text.includes('notes.example.com \\"b1\\" not found')], `${call[1]} ${call[2]}`).to.deep.equal([
        404,
        true,
      ])
    }
    const b1 = `${notes}/b1`
    await missing('jane', 'GET', b1)
    await missing('jane', 'GET', `${b1}/status`)
    await missing('jane', 'PUT', b1, note('b1', 'jane'))
    await missing('jane', 'PATCH', b1, { owner: 'jane' }, 'application/merge-patch+json')
    await missing('jane', 'PATCH', `${b1}/status`, { status: { read: true } }, 'application/merge-patch+json')
    await missing(
      'jane',
      'PATCH',
      `${b1}?fieldManager=m&force=true`,
      note('b1', 'jane'),
      'application/apply-patch+yaml',
    )
    await missing('jane', 'PATCH', `${b1}?dryRun=All`, { owner: 'jane' }, 'application/merge-patch+json')
    await missing('jane', 'DELETE', b1)
    await missing('jane', 'DELETE', `${b1}?dryRun=All`)
    expect((await send('bob', 'GET', b1)).status).to.equal(200)
  })
  it('deletes of a collection what may be seen', async () => {
    expect((await send('jane', 'DELETE', notes)).status).to.equal(200)
    expect(await names('admin')).to.deep.equal(['b1', 'b2'])
  })
  it('watches the same: what is handed over comes and goes', async () => {
    const watching = send('jane', 'GET', `${notes}?watch=true&timeoutSeconds=1`)
    await new Promise((resolve) => setTimeout(resolve, 200))
    const hand = (name: string, owner: string): Promise<Answer> =>
      send('admin', 'PATCH', `${notes}/${name}`, { owner }, 'application/merge-patch+json')
    await hand('b1', 'jane')
    await hand('j1', 'bob')
    await hand('b2', 'carol')
    const events = (await watching).text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { type: string; object: Note })
      .map(({ type, object }) => `${type} ${String(object.metadata.name)}`)
    expect(events.slice(0, 3).sort()).to.deep.equal(['ADDED j1', 'ADDED j2', 'ADDED j3'])
    expect(events.slice(3)).to.deep.equal(['ADDED b1', 'DELETED j1'])
  })
})
