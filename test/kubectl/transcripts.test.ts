import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { ExampleServer } from '../harness/example-server.ts'
import { kubectlPath } from '../harness/kubectl.ts'

interface Verdict {
  name: string
  ok: boolean
  problems: string[]
}

const golden = join(import.meta.dirname, '..', 'golden')

/** Transcripts that do not pass, each with its reason. The test fails when one of them passes, and when another fails. */
const expectedFailures: Readonly<Record<string, string>> = {
  'create-wrong-type': 'recorded from a typed server; bodies are judged as custom resources are',
  'create-unknown-kind': 'kubectl asks for CustomResourceDefinitions, which need a cluster behind the server',
}

for (const minor of [29, 35] as const)
  describe(`kubectl transcripts, 1.${String(minor)}`, function () {
    this.timeout(300_000)
    let server: ExampleServer
    let verdicts: Map<string, Verdict>
    before(async () => {
      const kubectl = kubectlPath(minor)
      server = await ExampleServer.start('sample-apiserver')
      const report = join(mkdtempSync(join(tmpdir(), 'transcripts-')), 'report.json')
      const args = [
        join(golden, 'kubectl.mjs'),
        '--kubeconfig',
        server.kubeconfig,
        '--golden',
        join(golden, 'kubectl.json'),
      ]
      args.push('--direct', '--kubectl', kubectl, '--json', report)
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
      await once(child, 'exit')
      const found = JSON.parse(readFileSync(report, 'utf8')) as Verdict[]
      verdicts = new Map(found.map((v) => [v.name, v]))
    })
    after(() => server.stop())

    const { commands } = JSON.parse(readFileSync(join(golden, 'kubectl.json'), 'utf8')) as {
      commands: { name: string; aggregated?: boolean }[]
    }
    for (const { name } of commands.filter((s) => !s.aggregated)) {
      const reason = expectedFailures[name]
      it(reason === undefined ? name : `${name} (known to fail: ${reason})`, () => {
        const verdict = verdicts.get(name)
        expect(verdict, 'the transcript was not played').to.not.equal(undefined)
        if (reason === undefined) expect(verdict?.problems ?? []).to.deep.equal([])
        else expect(verdict?.ok, `${name} passes: take it off the list`).to.equal(false)
      })
    }
  })
