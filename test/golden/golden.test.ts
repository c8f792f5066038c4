import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { ExampleServer } from '../harness/example-server.ts'
import { expectedFailures } from './expected-failures.ts'

interface Verdict {
  name: string
  ok: boolean
  problems: string[]
}

const kubectl = join(import.meta.dirname, '..', 'harness', 'kubectl.ts')

/** Replays one set of recordings as the administrator; the namespaces are made by kubectl, as a person would. */
async function replay(server: ExampleServer, set: string): Promise<Verdict[]> {
  const report = join(mkdtempSync(join(tmpdir(), 'golden-')), 'report.json')
  const { cert, key, ca } = server.credentials
  const here = import.meta.dirname
  const args = [join(here, 'golden.mjs'), 'replay', '--server', server.url, '--cert', cert, '--key', key, '--ca', ca]
  args.push('--golden', join(here, set), '--json', report)
  args.push('--before', `${process.execPath} --import tsx ${kubectl} --kubeconfig ${server.kubeconfig} create namespace {{ns}}`)
  await new Promise<void>((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'], cwd: join(here, '..', '..') })
    child.once('error', reject)
    child.once('exit', () => resolve())
  })
  return JSON.parse(readFileSync(report, 'utf8')) as Verdict[]
}

const sets = [
  ['wardle', 'sample-apiserver'],
  ['widgets', 'widgets'],
] as const

for (const [set, example] of sets) {
  describe(`golden conversations: ${set}`, function () {
    this.timeout(600_000)
    const names = recordedNames(set)
    let verdicts: Map<string, Verdict>
    let server: ExampleServer
    before(async () => {
      server = await ExampleServer.start(example)
      verdicts = new Map((await replay(server, set)).map((v) => [v.name, v]))
    })
    after(() => server.stop())
    for (const name of names) {
      const expected = expectedFailures[set]?.[name]
      it(expected === undefined ? name : `${name} (known to fail: ${expected})`, () => {
        const verdict = verdicts.get(name)
        expect(verdict, 'the conversation was not held').to.not.equal(undefined)
        if (expected === undefined) expect(verdict?.problems ?? []).to.deep.equal([])
        else expect(verdict?.ok, `${name} passes: take it off expected-failures.ts`).to.equal(false)
      })
    }
  })
}

function recordedNames(set: string): string[] {
  const folder = join(import.meta.dirname, set)
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as { name: string; steps?: unknown[] })
    .filter((scenario) => scenario.steps !== undefined)
    .map((scenario) => scenario.name)
}
