import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { pino } from 'pino'
import { crate, Depot } from './requests/fixture.test.ts'

const canary = 'canary-4711'
const ofBodies = 'body-4711'

describe('secrets', () => {
  const folder = mkdtempSync(join(tmpdir(), 'secrets-'))
  const file = (name: string, text = ''): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  after(() => {
    rmSync(folder, { recursive: true })
  })

  it('stand in no log, no metric, no audit event of Metadata and no answer, at any verbosity (CVE-2019-11250, CVE-2020-8563)', async () => {
    const lines: string[] = []
    const depot = new Depot({
      log: pino({ level: 'trace' }, { write: (line) => void lines.push(line) }),
      verbosity: 10,
      tokenAuthFile: file('tokens', `known-${canary},alice,1,"system:masters"\n`),
      auditPolicyFile: file('policy', 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n'),
      auditLogPath: file('audit.log'),
    })
    await depot.start()
    const answers: string[] = []
    const send = async (...[method, path, sent]: Parameters<Depot['send']>): Promise<number> => {
      const answer = await depot.send(method, path, sent)
      answers.push(answer.text)
      return answer.code
    }
    const headers = { 'x-remote-user': canary, 'x-remote-extra-a': canary, cookie: canary, 'x-anything': canary }
    for (const authorization of [`Bearer known-${canary}`, `Bearer wrong-${canary}`, `Basic ${canary}`])
      await send('GET', '', { headers: { ...headers, authorization } })
    // Bodies: taken, refused by the schema, refused by the reader, unreadable.
    expect((await depot.send('POST', '', { body: crate('a', { label: ofBodies }) })).code).to.equal(201)
    await depot.send('PUT', 'a', { body: crate('a', { label: ofBodies, weight: ofBodies }) })
    await depot.send('PATCH', 'a', {
      body: { spec: { label: ofBodies } },
      headers: { 'content-type': 'application/merge-patch+json' },
    })
    await depot.send('POST', '', {
      body: Buffer.from(`{"${ofBodies}`),
      headers: { 'content-type': 'application/json' },
    })
    const socket = { 'sec-websocket-protocol': `base64url.bearer.authorization.k8s.io.${canary}` }
    await send('GET', '?watch=1&timeoutSeconds=1', { headers: socket })
    answers.push((await depot.send('GET', '/metrics')).text)
    await depot.stop()
    const audit = readFileSync(join(folder, 'audit.log'), 'utf8')
    expect(lines.join('')).to.include('"verb":"POST"').and.not.include(canary).and.not.include(ofBodies)
    // But for the message of a refusal, which says what was wrong in a body.
    const refused = (line: string): boolean => line.includes('"code":4')
    expect(audit).to.include('"verb":"patch"').and.not.include(canary)
    expect(
      audit
        .split('\n')
        .filter((line) => !refused(line))
        .join(),
    ).to.not.include(ofBodies)
    expect(answers.join('')).to.not.include(canary)
  })
})
