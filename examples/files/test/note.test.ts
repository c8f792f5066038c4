import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ApiServer, MemoryBackend, StatusError } from '@apiserver-kit/framework'
import { Client, KubeConfig } from '@apiserver-kit/framework/client'
import { expect } from 'chai'
import { Note } from '../apis/notes/v1alpha1/note.ts'
import { NoteResource } from '../server/note.ts'

describe('Note', () => {
  const directory = mkdtempSync(join(tmpdir(), 'note-'))
  const server = new ApiServer({
    backend: new MemoryBackend(),
    securePort: 0,
    bindAddress: '127.0.0.1',
    certDir: directory,
    writeKubeconfig: join(directory, 'kubeconfig'),
  }).install(new NoteResource())
  let client: Client

  before(async () => {
    await server.listen()
    client = new Client(KubeConfig.load(join(directory, 'kubeconfig')))
  })
  after(async () => {
    client.close()
    await server.close()
    rmSync(directory, { recursive: true, force: true })
  })

  const create = (name: string, spec: Note['spec']): Promise<Note> =>
    client.resource(Note).create({ metadata: { name, namespace: 'default' }, spec })

  it('refuses what the schema or the resource does not allow', async () => {
    for (const spec of [{ size: 0 }, { size: 1, message: ' ' }])
      try {
        await create('wrong', spec)
        expect.fail('it was created')
      } catch (error) {
        expect(error).to.be.instanceOf(StatusError)
        expect((error as StatusError).code).to.equal(422)
      }
  })


  it('keeps what it is given', async () => {
    const { spec } = await create('first', { size: 3 })
    expect(spec).to.deep.equal({ size: 3 })
  })
})
