import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { setting } from './setting.ts'

interface Verdict {
  readonly name: string
  readonly ok: boolean
  readonly problems: readonly string[]
}

const golden = join(import.meta.dirname, '..', 'golden')

/** Transcripts that do not pass, each with its reason. The test fails when one of them passes, and when another fails. */
const expectedFailures: Readonly<Record<string, string>> = {
  'create-wrong-type': 'recorded from a typed server; bodies are judged as custom resources are',
}

describe('kubectl transcripts through the aggregation layer', function () {
  this.timeout(600_000)
  let verdicts: Map<string, Verdict>
  before(async () => {
    const { cluster } = await setting()
    const report = join(cluster.folder, 'transcripts.json')
    const args = [join(golden, 'kubectl.mjs'), '--kubeconfig', cluster.admin.kubeconfig, '--json', report]
    args.push('--golden', join(golden, 'kubectl.json'), '--kubectl', cluster.binaries.kubectl)
    await once(spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] }), 'exit')
    const found = JSON.parse(readFileSync(report, 'utf8')) as Verdict[]
    verdicts = new Map(found.map((verdict) => [verdict.name, verdict]))
  })

  const { commands } = JSON.parse(readFileSync(join(golden, 'kubectl.json'), 'utf8')) as {
    commands: { name: string }[]
  }
  for (const { name } of commands) {
    const reason = expectedFailures[name]
    it(reason === undefined ? name : `${name} (known to fail: ${reason})`, () => {
      const verdict = verdicts.get(name)
      expect(verdict, 'the transcript was not played').to.not.equal(undefined)
      if (reason === undefined) expect(verdict?.problems ?? []).to.deep.equal([])
      else expect(verdict?.ok, `${name} passes: take it off the list`).to.equal(false)
    })
  }
})
