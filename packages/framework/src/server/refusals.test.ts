import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Type } from '@sinclair/typebox'
import { expect } from 'chai'
import { StoredResource } from '../registry/stored-resource.ts'
import { defineKind, type ObjectOf } from '../schema/kind.ts'
import { ApiServer } from './api-server.ts'
import { standaloneOptions } from './fixture.test.ts'

const Note = defineKind({
  group: 'example.com',
  version: 'v1',
  kind: 'Note',
  plural: 'notes',
  schema: Type.Object({ text: Type.Optional(Type.String()) }),
})
class NoteResource extends StoredResource<ObjectOf<typeof Note>> {
  readonly storageVersion = Note
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

// As recorded from k8s.io/sample-apiserver v0.36.3.
describe('refusals of filters and routes', () => {
  const directory = mkdtempSync(join(tmpdir(), 'refusals-'))
  let server: ApiServer
  before(async () => {
    const tokens = join(directory, 'tokens')
    writeFileSync(tokens, 'admin,root,,system:masters\njane,jane,\n')
    server = new ApiServer({
      ...standaloneOptions(directory),
      tokenAuthFile: tokens,
    }).install(new NoteResource())
    await server.listen()
  })
  after(async () => {
    await server.close()
    rmSync(directory, { recursive: true })
  })

  const send = (
    token: string,
    path: string,
    { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string | string[]> } = {},
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const all = { authorization: `Bearer ${token}`, ...headers }
      const options = { method, headers: all, rejectUnauthorized: false, agent: false as const }
      const outgoing = request(`${server.url}${path}`, options, (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        answer.on('end', () => {
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text })
        })
      })
      outgoing.on('error', reject)
      outgoing.end()
    })
  const messageOf = ({ text }: Answer): string => (JSON.parse(text) as { message: string }).message
  const notes = '/apis/example.com/v1/namespaces/default/notes'

  it('a 403 is not to be sniffed, of a request and of an impersonation', async () => {
    const asked: Record<string, string>[] = [{}, { 'impersonate-user': 'bob' }]
    for (const headers of asked) {
      const answer = await send('jane', notes, { headers })
      expect([answer.status, answer.headers['x-content-type-options']]).to.deep.equal([403, 'nosniff'])
    }
    expect((await send('admin', notes)).headers['x-content-type-options']).to.equal(undefined)
  })
  it('an impersonation of nobody is 400, with what was asked for as Go prints it', async () => {
    for (const [headers, printed] of [
      [{ 'impersonate-group': ['a', 'b"'] }, 'UID:"", Groups:[]string{"a", "b\\""}, Extra:map[string][]string(nil)'],
      [{ 'impersonate-uid': 'u' }, 'UID:"u", Groups:[]string(nil), Extra:map[string][]string(nil)'],
      [
        { 'impersonate-extra-b': 'c', 'impersonate-extra-a%2fx': ['d', 'e'] },
        'UID:"", Groups:[]string(nil), Extra:map[string][]string{"a/x":[]string{"d", "e"}, "b":[]string{"c"}}',
      ],
    ] as const) {
      const answer = await send('admin', notes, { headers: headers as Record<string, string | string[]> })
      expect(answer.status).to.equal(400)
      expect(messageOf(answer)).to.equal(
        `requested &user.DefaultInfo{Name:"", ${printed}} without impersonating a user name`,
      )
    }
  })
  it('names of users are UTF-8', async () => {
    const headers = { 'impersonate-user': Buffer.from('jörg').toString('latin1') }
    expect(messageOf(await send('admin', notes, { headers }))).to.include('User "jörg" cannot list')
  })
  it('/version is JSON alone, with slashes after it or not', async () => {
    for (const path of ['/version', '/version/', '/version//']) {
      expect((await send('admin', path, { headers: { accept: 'application/json' } })).status, path).to.equal(200)
      const { status, text } = await send('admin', path, { headers: { accept: 'text/html' } })
      expect(status, path).to.equal(406)
      expect(text).to.include('Available representations: application/json"')
      expect((await send('admin', path, { method: 'POST' })).status, path).to.equal(405)
    }
    const yaml = await send('admin', '/version', { headers: { accept: 'application/yaml' } })
    expect([yaml.status, yaml.headers['content-type']]).to.deep.equal([406, 'application/yaml'])
    expect((await send('admin', '/version/x')).status).to.equal(404)
  })
  it('slashes after groups and versions do not count, but one after /apis', async () => {
    for (const [path, code] of [
      ['/apis/', 200],
      ['/apis//', 404],
      ['/apis/example.com//', 200],
      ['/apis/example.com/v1//', 200],
      ['/apis/example.com//v1', 404],
    ] as const)
      expect((await send('admin', path)).status, path).to.equal(code)
  })
  it('an object of a namespaced resource has no path without its namespace', async () => {
    for (const method of ['GET', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'])
      expect((await send('admin', '/apis/example.com/v1/notes/a', { method })).status, method).to.equal(404)
    expect((await send('admin', '/apis/example.com/v1/notes', { method: 'POST' })).status).to.equal(405)
  })
})
