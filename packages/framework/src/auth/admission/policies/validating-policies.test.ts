import { expect } from 'chai'
import type { ValidatingPolicySpec } from '../configuration/registration.ts'
import { boundTo, policy, PolicyLab } from './lab.test.ts'

describe('ValidatingPolicies.validate', () => {
  const lab = new PolicyLab()
  beforeEach(() => {
    lab.reset()
  })
  const small = [{ expression: 'object.spec.size <= 3' }]
  const denied = "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: "

  it('denies as Kubernetes does', async () => {
    lab.validate({ validations: small })
    expect((await lab.run({ spec: { size: 3 } })).error).to.equal(undefined)
    const { error } = await lab.run({ spec: { size: 4 } })
    const message = `${denied}failed expression: object.spec.size <= 3`
    expect(error?.status).to.deep.equal({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: `things.g.io "x" is forbidden: ${message}`,
      reason: 'Invalid',
      details: { name: 'x', group: 'g.io', kind: 'things', causes: [{ message }] },
      code: 422,
    })
  })

  it('has reasons with codes of their own', async () => {
    for (const [reason, code] of Object.entries({ Forbidden: 403, Unauthorized: 401, RequestEntityTooLarge: 413 })) {
      lab.validate({ validations: [{ expression: 'false', reason }] })
      const { error } = await lab.run()
      expect([error?.code, error?.reason]).to.deep.equal([code, reason])
    }
  })

  it('takes the message from its expression, from the policy, from the rule', async () => {
    const message = async (messageExpression?: string, text?: string): Promise<string | undefined> => {
      const validation = { expression: ' object.spec.size <= 3 ', message: text, messageExpression }
      lab.validate({ validations: [JSON.parse(JSON.stringify(validation)) as (typeof small)[0]] })
      return (await lab.run({ spec: { size: 4 } })).error?.status.details?.causes?.[0]?.message?.replace(denied, '')
    }
    expect(await message("'size is ' + string(object.spec.size) + ' '", 'x')).to.equal('size is 4')
    expect(await message(undefined, ' too big ')).to.equal('too big')
    expect(await message("'two\\nlines'", 'one')).to.equal('one')
    expect(await message("'' + object.nope", 'one')).to.equal('one')
    expect(await message('"x".replace("x", "")')).to.equal('failed expression: object.spec.size <= 3')
  })

  it('denies what cannot be decided, or lets it pass', async () => {
    lab.validate({ validations: small })
    expect((await lab.run()).error?.status.details?.causes?.[0]?.message).to.equal(
      `${denied}expression 'object.spec.size <= 3' resulted in error: no such key: spec`,
    )
    lab.validate({ validations: small, failurePolicy: 'Ignore' })
    expect((await lab.run()).error).to.equal(undefined)
    expect((await lab.run({ spec: { size: 4 } })).error?.code, 'a no is a no').to.equal(422)
    lab.validate({ validations: [{ expression: 'lists.range(1000000).all(x, x >= 0)' }] })
    expect((await lab.run()).error?.message).to.match(/operation cancelled: actual cost limit exceeded$/)
  })

  it('does as its binding says: deny, warn, audit', async () => {
    lab.validate({ validations: [{ expression: 'true' }, ...small] }, { validationActions: ['Warn', 'Audit'] })
    const { error, ctx } = await lab.run({ spec: { size: 4 } })
    expect(error).to.equal(undefined)
    expect(ctx.texts).to.deep.equal([
      "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': failed expression: object.spec.size <= 3",
    ])
    expect([...ctx.annotations]).to.deep.equal([
      [
        'validation.policy.admission.k8s.io/validation_failure',
        '[{"message":"failed expression: object.spec.size <= 3","policy":"p","binding":"b","expressionIndex":1,"validationActions":["Warn","Audit"]}]',
      ],
    ])
  })

  it('writes audit annotations', async () => {
    const auditAnnotations = [
      { key: 'size', valueExpression: "'size ' + string(object.spec.size)" },
      { key: 'empty', valueExpression: "''" },
      { key: 'none', valueExpression: 'null' },
    ]
    lab.validate({ auditAnnotations })
    expect([...(await lab.run({ spec: { size: 4 } })).ctx.annotations]).to.deep.equal([['p/size', 'size 4']])
    expect((await lab.run()).error?.message).to.match(/expression ''size ' \+ .* resulted in error: no such key: spec$/)
    lab.validate({ auditAnnotations, failurePolicy: 'Ignore' })
    expect((await lab.run()).error).to.equal(undefined)
  })

  it('sees variables, the namespace and what the user may', async () => {
    lab.validate({
      variables: [{ name: 'env', expression: "namespaceObject.metadata.labels['env']" }],
      validations: [
        { expression: "variables.env == 'prod'" },
        { expression: "authorizer.requestResource.check('bypass').allowed()", message: 'not bypassed' },
        { expression: "authorizer.requestResource.check('other').allowed()", message: 'not allowed' },
      ],
    })
    expect((await lab.run()).error?.message).to.match(/: not allowed$/)
    expect(lab.asked.map(({ verb }) => verb)).to.deep.equal(['bypass', 'other'])
  })

  it('is about what its conditions, its constraints and its binding say', async () => {
    const no = [{ expression: 'false' }]
    const passes = async (spec: Parameters<PolicyLab['validate']>[0], binding = {}): Promise<boolean> => {
      lab.validate({ validations: no, ...spec }, binding)
      return (await lab.run()).error === undefined
    }
    expect(await passes({})).to.equal(false)
    expect(await passes({ matchConditions: [{ name: 'c', expression: "request.operation == 'DELETE'" }] })).to.equal(
      true,
    )
    const rule = { operations: ['CREATE'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] }
    expect(await passes({}, { matchResources: { resourceRules: [{ ...rule, resourceNames: ['y'] }] } })).to.equal(true)
    expect(await passes({}, { matchResources: { excludeResourceRules: [rule] } })).to.equal(true)
    expect(await passes({}, { matchResources: { namespaceSelector: { matchLabels: { env: 'dev' } } } })).to.equal(true)
    expect(await passes({ matchConstraints: { resourceRules: [{ ...rule, apiGroups: ['apps'] }] } })).to.equal(true)
    lab.validating.bindings.set(boundTo('another', 'b', { validationActions: ['Deny'] }))
    expect((await lab.run()).error, 'no binding, no policy').to.equal(undefined)
  })

  it('hears of new policies when the cluster says so, and is not asked while there are none', async () => {
    expect(lab.chain.validates('CREATE')).to.equal(false)
    lab.validating.policies.set(policy<ValidatingPolicySpec>('p', { validations: [{ expression: 'false' }] }))
    expect(lab.chain.validates('CREATE')).to.equal(false)
    lab.validating.bindings.set(boundTo('p', 'b', { validationActions: ['Deny'] }))
    expect(lab.chain.validates('CREATE')).to.equal(true)
    expect((await lab.run()).error?.code).to.equal(422)
  })

  describe('with parameters', () => {
    const paramKind = { apiVersion: 'v1', kind: 'ConfigMap' }
    const validations = [{ expression: 'params == null || object.spec.size <= int(params.data.max)' }]
    const param = (name: string, max: string, labels = {}): void => {
      lab.params.set(`ns/${name}`, { ...{ data: { max } }, ...paramKind, metadata: { name, namespace: 'ns', labels } })
    }
    const outcome = async (paramRef: object): Promise<string> => {
      lab.validate({ paramKind, validations }, { paramRef })
      return (await lab.run({ spec: { size: 4 } })).error?.status.details?.causes?.[0]?.message ?? 'passes'
    }

    it('is evaluated with each', async () => {
      param('three', '3', { a: 'b' })
      param('five', '5')
      expect(await outcome({ name: 'five' })).to.equal('passes')
      expect(await outcome({ name: 'three' })).to.equal(
        `${denied}failed expression: ${validations[0]?.expression ?? ''}`,
      )
      expect(await outcome({ selector: {} })).to.match(/failed expression/)
      expect(await outcome({ selector: { matchLabels: { a: 'c' } } })).to.equal('passes')
    })

    it('fails where they cannot be found', async () => {
      expect(await outcome({ name: 'six', parameterNotFoundAction: 'Allow' })).to.equal('passes')
      expect(await outcome({ name: 'six', parameterNotFoundAction: 'Deny' })).to.equal(
        `${denied}failed to configure binding: no params found for policy binding with \`Deny\` parameterNotFoundAction`,
      )
      lab.paramsKnown = false
      expect(await outcome({ name: 'six' })).to.equal(
        "ValidatingAdmissionPolicy 'p' denied request: failed to configure policy: failed to find resource referenced by paramKind: 'v1, Kind=Nope'",
      )
    })
  })
})
