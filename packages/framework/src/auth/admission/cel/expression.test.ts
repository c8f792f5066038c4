import { expect } from 'chai'
import { types } from '../../../schema/cel/cel-type.ts'
import { jsonOfValue } from '../../../schema/cel/json-value.ts'
import type { AuthorizationAttributes, Authorizer } from '../../authorization/authorizer.ts'
import type { AdmissionAttributes } from '../attributes.ts'
import { attributesOf } from '../fixture.test.ts'
import { versionedWrite } from '../matching/versions.ts'
import { AccessChecks } from './access-checks.ts'
import { Activation, type ActivationInputs } from './activation.ts'
import type { Declarations } from './environments.ts'
import { AdmissionExpression, Budget, compileVariables, OutOfBudget, type Evaluated } from './expression.ts'
import { MatchConditionError, MatchConditions } from './match-conditions.ts'

const request = { signal: new AbortController().signal }

class Recorder implements Authorizer {
  readonly asked: AuthorizationAttributes[] = []
  authorize(attributes: AuthorizationAttributes): ReturnType<Authorizer['authorize']> {
    this.asked.push(attributes)
    if (attributes.verb === 'explode') return Promise.reject(new Error('no answer'))
    return Promise.resolve({ decision: attributes.verb === 'get' ? 'Allow' : 'NoOpinion', reason: 'because' })
  }
}

const activation = (given: Partial<AdmissionAttributes> = {}, inputs: Partial<ActivationInputs> = {}): Activation => {
  const attributes = attributesOf(given)
  return new Activation({ write: versionedWrite(attributes, attributes), ...inputs })
}

const evaluate = (source: string, at: Activation, declared: Declarations = {}): Promise<Evaluated> =>
  new AdmissionExpression(source, declared).evaluate(at, new Budget(1e7))

async function json(source: string, at: Activation, declared: Declarations = {}): Promise<unknown> {
  const result = await evaluate(source, at, declared)
  return 'error' in result ? result.error : jsonOfValue(result.value)
}

describe('AdmissionExpression.evaluate', () => {
  it('sees the objects, the request and the namespace', async () => {
    const oldObject = { apiVersion: 'g.io/v1', kind: 'Thing', metadata: { name: 'x' }, spec: { size: 3 } }
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns', labels: { env: 'prod' } } }
    const at = activation({ operation: 'UPDATE', oldObject, subresource: 'scale' }, { namespace })
    expect(await json('object.metadata.name + oldObject.spec.size.format("") ', at)).to.match(/^compilation error/)
    expect(await json('[object.metadata.name, string(oldObject.spec.size)]', at)).to.deep.equal(['x', '3'])
    expect(await json('namespaceObject.metadata.labels["env"]', at)).to.equal('prod')
    expect(await json('[request.operation, request.subResource, request.userInfo.groups[0]]', at)).to.deep.equal([
      'UPDATE',
      'scale',
      'dev',
    ])
    expect(await json('request.kind.kind + request.resource.resource + string(request.dryRun)', at)).to.equal(
      'Thingthingsfalse',
    )
    expect(await json('has(request.options.fieldManager) || has(request.userInfo.uid)', at)).to.equal(false)
  })

  it('says what went wrong as Kubernetes does', async () => {
    expect(await json('object.spec.size > 1', activation())).to.equal(
      "expression 'object.spec.size > 1' resulted in error: no such key: spec",
    )
    expect(await json('request.nope == ""', activation())).to.equal(
      'compilation error: compilation failed: ERROR: <input>:1:8: undefined field \'nope\'\n | request.nope == ""\n | .......^',
    )
    expect(new AdmissionExpression('1', {}, [types.bool]).error).to.equal('must evaluate to bool but got int')
    expect(new AdmissionExpression('1', {}, [types.string, types.null]).error).to.equal(
      'must evaluate to one of [string null] but got int',
    )
    expect(new AdmissionExpression('params == null', {}).error).to.match(/undeclared reference to 'params'/)
    expect(new AdmissionExpression('authorizer.path("/")', {}).error).to.match(/undeclared reference to 'authorizer'/)
  })

  it('has null for what there is not', async () => {
    const nulls = 'oldObject == null && namespaceObject == null && params == null'
    expect(await json(nulls, activation(), { params: true })).to.equal(true)
  })

  it('evaluates variables once, each with those before it', async () => {
    const { expressions, types: known } = compileVariables(
      [
        { name: 'labels', expression: 'object.metadata.?labels.orValue({})' },
        { name: 'env', expression: "'env' in variables.labels ? string(variables.labels['env']) : 'none'" },
        { name: 'broken', expression: 'object.nope' },
      ],
      {},
    )
    const at = activation({}, { variables: expressions })
    expect(await json('variables.env + variables.env', at, { variables: known })).to.equal('nonenone')
    expect(await json('variables.broken', at, { variables: known })).to.equal(
      'expression \'variables.broken\' resulted in error: composited variable "broken" fails to evaluate: no such key: nope',
    )
    expect(await json('variables.other', at, { variables: known })).to.match(/undefined field 'other'/)
  })

  it('asks the authorizer, once for each question', async () => {
    const authorizer = new Recorder()
    const at = activation({}, { checks: new AccessChecks(authorizer, request) })
    const declared = { authorizer: true }
    const ask = "authorizer.group('apps').resource('deployments').namespace('ns').check('get').allowed()"
    expect(await json(`${ask} && ${ask}`, at, declared)).to.equal(true)
    expect(await json("authorizer.requestResource.check('delete').reason()", at, declared)).to.equal('because')
    expect(await json("authorizer.path('/metrics').check('get').allowed()", at, declared)).to.equal(true)
    expect(await json("authorizer.path('/x').check('explode').error()", at, declared)).to.equal('no answer')
    const robot = "authorizer.serviceAccount('ns', 'robot').group('').resource('pods').check('get').allowed()"
    expect(await json(robot, at, declared)).to.equal(true)
    const seen = authorizer.asked.map(({ user, verb, group, resource, path, name }) =>
      [user.name, verb, group, resource, path, name].join(' '),
    )
    expect(seen).to.deep.equal([
      'jane get apps deployments  ',
      'jane delete g.io things  x',
      'jane get   /metrics ',
      'jane explode   /x ',
      'system:serviceaccount:ns:robot get  pods  ',
    ])
  })

  it('lets an expression afford two checks', async () => {
    const at = activation({}, { checks: new AccessChecks(new Recorder(), request) })
    const check = (n: number): string => `authorizer.path('/${String(n)}').check('get').allowed()`
    expect(await json([1, 2].map(check).join(' && '), at, { authorizer: true })).to.equal(true)
    expect(await json([1, 2, 3].map(check).join(' && '), at, { authorizer: true })).to.match(
      /operation cancelled: actual cost limit exceeded$/,
    )
  })

  it('ends when the budget is spent, variables counted', async () => {
    const { expressions, types: known } = compileVariables(
      [{ name: 'big', expression: 'lists.range(1000).map(x, x * x).size()' }],
      {},
    )
    const expression = new AdmissionExpression('variables.big > 0', { variables: known })
    const at = (): Activation => activation({}, { variables: expressions })
    expect(await expression.evaluate(at(), new Budget(1e6))).to.deep.equal({ value: true })
    let failure: unknown
    await expression.evaluate(at(), new Budget(1000)).catch((error: unknown) => (failure = error))
    expect(failure).to.be.instanceOf(OutOfBudget)
  })

  it('makes patches where it may', async () => {
    const declared = { patches: true }
    const at = activation()
    expect(
      await json('[JSONPatch{op: "add", path: "/a/" + jsonpatch.escapeKey("a/b~"), value: 1}]', at, declared),
    ).to.deep.equal([{ op: 'add', path: '/a/a~1b~0', value: 1 }])
    expect(await json('Object{spec: Object.spec{a: [1]}}.spec.a', at, declared)).to.deep.equal([1])
    expect(await json('Object{}', at)).to.match(/undeclared reference to 'Object'/)
  })
})

describe('MatchConditions.match', () => {
  const conditions = (sources: string[], policy?: 'Fail' | 'Ignore'): MatchConditions =>
    new MatchConditions(
      sources.map((expression, i) => ({ name: String(i), expression })),
      {},
      policy,
    )
  it('is false as soon as one is, whatever is wrong with others', async () => {
    expect(await conditions(['object.nope == 1', 'false']).match(activation())).to.equal(false)
    expect(await conditions(['true', '1 == 1']).match(activation())).to.equal(true)
  })
  it('fails, or is false, where one cannot be decided', async () => {
    const sources = ['object.nope == 1', 'true', 'object.other == 1']
    let failure: unknown
    await conditions(sources)
      .match(activation())
      .catch((error: unknown) => (failure = error))
    expect(failure).to.be.instanceOf(MatchConditionError)
    expect((failure as Error).message).to.equal(
      "[expression 'object.nope == 1' resulted in error: no such key: nope, expression 'object.other == 1' resulted in error: no such key: other]",
    )
    expect(await conditions(sources, 'Ignore').match(activation())).to.equal(false)
  })
})
