import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { ExampleServer, freePort } from '../harness/example-server.ts'

const flunders = '/apis/wardle.example.com/v1alpha1/namespaces/default/flunders'
const rounds = 50

interface Flunder {
  metadata: { name: string; uid: string; resourceVersion: string }
}
interface Event {
  type: string
  object: Flunder
}

describe('kill -9', function () {
  this.timeout(600_000)
  const directory = mkdtempSync(join(tmpdir(), 'apiserver-kit-kill-'))
  let port: number
  before(async () => {
    port = await freePort()
  })
  after(() => {
    rmSync(directory, { recursive: true, force: true })
  })

  it(`loses no acknowledged write and no event, ${String(rounds)} times`, async () => {
    const acknowledged: Flunder[] = []
    for (let round = 0; round <= rounds; round++) {
      const server = await ExampleServer.start('sample-apiserver', { directory, port })
      for (const flunder of acknowledged) await expectKept(server, flunder)
      const last = acknowledged.at(-1)
      const before = acknowledged.at(-2)
      // A watch from before the last write, opened after the crash, brings exactly that write.
      if (last && before)
        expect(await firstEvent(server, before.metadata.resourceVersion)).to.deep.equal([
          'ADDED',
          last.metadata.name,
          last.metadata.resourceVersion,
        ])
      const body = JSON.stringify({
        apiVersion: 'wardle.example.com/v1alpha1',
        kind: 'Flunder',
        metadata: { name: `flunder-${String(round)}` },
      })
      const answer = await server.send('POST', flunders, body)
      expect(answer.status, answer.body).to.equal(201)
      acknowledged.push(JSON.parse(answer.body) as Flunder)
      await new Promise((resolve) => setTimeout(resolve, 1))
      const exit = once(server.child, 'exit')
      server.child.kill('SIGKILL')
      await exit
    }
    const versions = acknowledged.map((f) => Number(f.metadata.resourceVersion))
    expect(versions).to.deep.equal([...versions].sort((a, b) => a - b))
  })

  async function expectKept(server: ExampleServer, { metadata }: Flunder): Promise<void> {
    const answer = await server.get(`${flunders}/${metadata.name}`)
    expect(answer.status, `${metadata.name} is lost`).to.equal(200)
    expect((JSON.parse(answer.body) as Flunder).metadata).to.include({
      uid: metadata.uid,
      resourceVersion: metadata.resourceVersion,
    })
  }

  async function firstEvent(server: ExampleServer, resourceVersion: string): Promise<string[]> {
    const line = await server.firstLine(`${flunders}?watch=1&timeoutSeconds=30&resourceVersion=${resourceVersion}`)
    const { type, object } = JSON.parse(line) as Event
    return [type, object.metadata.name, object.metadata.resourceVersion]
  }
})
