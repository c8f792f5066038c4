import { expect } from 'chai'
import { StatusError, type Status } from '../../meta/status.ts'
import { ActionSubresource, type ActionOutput } from '../../registry/action-subresource.ts'
import type { RequestContext } from '../../request/context.ts'
import { defineKind, type ObjectOf } from '../../schema/kind.ts'
import { Enum, Type } from '../../schema/type-helpers.ts'
import { json, Lab, type Machine } from './fixture.test.ts'

const common = { group: 'lab.example.com', version: 'v1' } as const
const Restart = defineKind({
  ...common,
  kind: 'Restart',
  plural: 'restarts',
  schema: Type.Object({
    spec: Type.Object({
      graceSeconds: Type.Integer({ minimum: 0, default: 30 }),
      mode: Enum(['Soft', 'Hard', 'None', 'Broken'], { default: 'Soft' }),
    }),
  }),
})
type Restart = ObjectOf<typeof Restart>
const RestartResult = defineKind({
  ...common,
  kind: 'RestartResult',
  plural: 'restartresults',
  schema: Type.Object({ restarted: Type.String(), mode: Type.String(), dryRun: Type.Boolean() }),
})
type RestartResult = ObjectOf<typeof RestartResult>

class RestartAction extends ActionSubresource<Machine, Restart, RestartResult> {
  readonly name = 'restart'
  readonly input = Restart
  readonly output = RestartResult
  seen: Restart | undefined

  run(
    machine: Machine,
    input: Restart,
    ctx: RequestContext,
    { dryRun }: { readonly dryRun: boolean },
  ): Promise<ActionOutput<RestartResult> | Status> {
    this.seen = input
    const { mode, graceSeconds } = input.spec
    if (mode === 'Broken')
      throw StatusError.conflict({ group: ctx.info.group, resource: 'machines' }, 'one', 'is broken')
    if (mode === 'None')
      return Promise.resolve({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 })
    const restarted = `${machine.metadata.name ?? ''} after ${String(graceSeconds)} s`
    return Promise.resolve({ restarted, mode, dryRun })
  }
}

describe('ActionSubresource', () => {
  const action = new RestartAction()
  const lab = new Lab([action])
  before(() => lab.start())
  after(() => lab.stop())

  const restart = (spec: unknown, query = '', more: object = {}): ReturnType<Lab['send']> =>
    lab.send(
      `/one/restart${query}`,
      { method: 'POST' },
      { apiVersion: 'lab.example.com/v1', kind: 'Restart', spec, ...more },
    )

  it('answers 201 with an object of the output kind; the input has its defaults', async () => {
    const answer = await restart({ mode: 'Hard' })
    expect(answer.code).to.equal(201)
    expect(json(answer)).to.deep.equal({
      apiVersion: 'lab.example.com/v1',
      kind: 'RestartResult',
      metadata: {},
      restarted: 'one after 30 s',
      mode: 'Hard',
      dryRun: false,
    })
  })

  it('is told of a dry run', async () => {
    expect(json(await restart({}, '?dryRun=All'))).to.include({ dryRun: true })
    expect((await restart({}, '?dryRun=Some')).code).to.equal(422)
  })

  it('answers a Status where the action does', async () => {
    const answer = await restart({ mode: 'None' })
    expect([answer.code, json(answer).status]).to.deep.equal([201, 'Success'])
  })

  it('answers what the action throws', async () => {
    const answer = await restart({ mode: 'Broken' })
    expect([answer.code, json(answer).message]).to.deep.equal([
      409,
      'Operation cannot be fulfilled on machines.lab.example.com "one": is broken',
    ])
  })

  it('validates the input as any body', async () => {
    const invalid = await restart({ graceSeconds: -1, mode: 'Warm' })
    expect([invalid.code, json(invalid).message]).to.deep.equal([
      422,
      'Restart.lab.example.com "" is invalid: [spec.graceSeconds: Invalid value: -1: spec.graceSeconds in body should be greater than or equal to 0, spec.mode: Unsupported value: "Warm": supported values: "Soft", "Hard", "None", "Broken"]',
    ])
    const unknown = await restart({ color: 'red' }, '?fieldValidation=Strict')
    expect([unknown.code, json(unknown).message]).to.deep.equal([
      400,
      'Restart in version "v1" cannot be handled as a Restart: strict decoding error: unknown field "spec.color"',
    ])
    expect((await restart({ color: 'red' })).headers.warning).to.include('unknown field \\"spec.color\\"')
    expect((await lab.send('/one/restart', { method: 'POST' }, { apiVersion: 'v1', kind: 'Pod' })).code).to.equal(400)
    expect(
      (await lab.send('/one/restart', { method: 'POST', headers: { 'content-type': 'text/x' } }, {})).code,
    ).to.equal(415)
  })

  it('keeps the metadata that a client may write, and no other', async () => {
    const metadata = { name: 'any', uid: 'mine', labels: { a: 'b' }, creationTimestamp: '2001-01-01T00:00:00Z' }
    await restart({}, '', { metadata })
    expect(action.seen?.metadata).to.deep.equal({ name: 'any', labels: { a: 'b' }, namespace: 'default' })
    const elsewhere = await restart({}, '', { metadata: { namespace: 'other' } })
    expect([elsewhere.code, json(elsewhere).message]).to.deep.equal([
      400,
      'the namespace of the provided object does not match the namespace sent on the request',
    ])
  })

  it('answers 404 without the object, 405 to other verbs, 403 to strangers', async () => {
    const body = { apiVersion: 'lab.example.com/v1', kind: 'Restart', spec: {} }
    expect((await lab.send('/two/restart', { method: 'POST' }, body)).code).to.equal(404)
    expect((await lab.send('/one/restart')).code).to.equal(405)
    const stranger = await lab.send('/one/restart', { method: 'POST', cert: '', key: '' }, body)
    expect([stranger.code, json(stranger).message]).to.deep.equal([
      403,
      'machines.lab.example.com "one" is forbidden: User "system:anonymous" cannot create resource "machines/restart" in API group "lab.example.com" in the namespace "default"',
    ])
  })

  it('is admitted as CREATE, in the input kind', async () => {
    lab.witness.seen.length = 0
    await restart({})
    expect(lab.witness.seen[0]).to.deep.include({
      operation: 'CREATE',
      subresource: 'restart',
      name: 'one',
      kind: { group: 'lab.example.com', version: 'v1', kind: 'Restart' },
    })
  })

  it('stands in discovery and in OpenAPI, with both its kinds', async () => {
    const { resources } = json(await lab.send('/apis/lab.example.com/v1')) as { resources: { name: string }[] }
    expect(resources.find(({ name }) => name === 'machines/restart')).to.deep.equal({
      name: 'machines/restart',
      singularName: '',
      namespaced: true,
      kind: 'Restart',
      verbs: ['create'],
    })
    const document = json(await lab.send('/openapi/v3/apis/lab.example.com/v1')) as {
      paths: Record<string, unknown>
      components: { schemas: Record<string, unknown> }
    }
    const path = JSON.stringify(
      document.paths['/apis/lab.example.com/v1/namespaces/{namespace}/machines/{name}/restart'],
    )
    expect(path).to.include('"createLabExampleComV1NamespacedMachineRestart"')
    expect(path).to.match(/"requestBody":\{"content":\{"\*\/\*":\{"schema":\{"\$ref":"[^"]*\.Restart"/)
    expect(path).to.match(/"201":\{[^}]*\{"application\/[^}]*\{[^}]*"\$ref":"[^"]*\.RestartResult"/)
    const names = Object.keys(document.components.schemas).filter((name) => /\.Restart(Result)?$/.test(name))
    expect(names).to.have.length(2)
  })
})
