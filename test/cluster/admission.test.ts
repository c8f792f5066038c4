import { spawnSync } from 'node:child_process'
import { expect } from 'chai'
import { patchOf, type Behaviour } from '../../packages/framework/src/auth/admission/webhooks/webhook-server.test.ts'
import { accepted, AdmissionLab, admissionNamespace, collections, refused, same } from '../harness/admission-lab.ts'
import type { Cluster, ClusterAnswer, Identity } from '../harness/cluster.ts'
import { setting } from './setting.ts'

describe('Admission through the aggregation layer', () => {
  let lab: AdmissionLab
  let cluster: Cluster
  let alice: Identity
  before(async () => {
    ;({ cluster } = await setting())
    lab = new AdmissionLab(cluster)
    await lab.start()
    alice = cluster.identity('alice-of-admission')
    const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'alice-of-admission' }]
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' }
    const bindings = `/apis/rbac.authorization.k8s.io/v1/namespaces/${admissionNamespace}/rolebindings`
    await lab.make(bindings, { metadata: { name: 'alice' }, subjects, roleRef })
  })
  afterEach(() => lab.reset())
  after(() => lab.webhooks.close())

  it('refuses by a policy as it does for built-in kinds', async () => {
    const labelled = "'team' in object.metadata.?labels.orValue({})"
    await lab.validate({
      validations: [
        { expression: labelled, messageExpression: "'no team has ' + object.metadata.name" },
        { expression: "object.metadata.labels['team'] != 'none'", message: 'none is no team', reason: 'Forbidden' },
        { expression: "object.metadata.labels['tier'] != 'x'" },
      ],
    })
    expect(same(await lab.until(() => lab.both(), refused))).to.match(
      /^flunders\.wardle\.example\.com "o\d+" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no team has o\d+$/,
    )
    const forbidden = await lab.both({ labels: { team: 'none', tier: 'y' } })
    expect(same(forbidden)).to.match(/denied request: none is no team$/)
    expect(forbidden.flunder.status).to.equal(403)
    expect(same(await lab.both({ labels: { team: 'a' } }))).to.match(/resulted in error: no such key: tier$/)
    expect(same(await lab.both({ labels: { team: 'a', tier: 'x' } }))).to.match(/failed expression: /)
    expect(accepted(await lab.both({ labels: { team: 'a', tier: 'y' } }))).to.equal(true)
  })

  it('refuses by a policy with parameters, and by what the user may do', async () => {
    await lab.make(collections.configMap, { metadata: { name: 'limits' }, data: { longest: '8' } })
    await lab.validate(
      {
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        matchConditions: [{ name: 'creates', expression: "request.operation == 'CREATE'" }],
        variables: [{ name: 'longest', expression: 'int(params.data.longest)' }],
        validations: [
          {
            expression:
              "size(object.metadata.name) <= variables.longest || namespaceObject.metadata.name != 'admission'",
            messageExpression: "'longer than ' + string(variables.longest)",
          },
          {
            expression: "authorizer.group('').resource('nodes').check('delete').allowed()",
            message: 'only who may delete nodes',
          },
        ],
      },
      { validationActions: ['Deny'], paramRef: { name: 'limits', parameterNotFoundAction: 'Deny' } },
    )
    expect(same(await lab.until(() => lab.both({ name: `much-too-${lab.nextName()}` }), refused))).to.match(
      /: longer than 8$/,
    )
    expect(same(await lab.both({}, '', alice))).to.match(/: only who may delete nodes$/)
    expect(accepted(await lab.both())).to.equal(true)
    await cluster.send('DELETE', `${collections.configMap}/limits`)
    const missing = await lab.until(() => lab.both(), refused)
    expect(same(missing)).to.match(/no params found for policy binding with `Deny` parameterNotFoundAction$/)
  })

  it('warns by a policy', async () => {
    await lab.validate(
      { validations: [{ expression: 'false', message: 'think again' }] },
      { validationActions: ['Warn'] },
    )
    const create = (kind: string, apiVersion: string): string => {
      const object = { apiVersion, kind, metadata: { name: lab.nextName(), namespace: admissionNamespace } }
      const { stderr } = spawnSync(
        cluster.binaries.kubectl,
        ['--kubeconfig', cluster.admin.kubeconfig, '--cache-dir', cluster.folder, 'create', '-f', '-'],
        { input: JSON.stringify(object), encoding: 'utf8', timeout: 60_000 },
      )
      return stderr
    }
    const deadline = Date.now() + 15_000
    let [configMap, flunder] = ['', '']
    while ((configMap === '' || flunder === '') && Date.now() < deadline) {
      configMap = create('ConfigMap', 'v1')
      flunder = create('Flunder', 'wardle.example.com/v1beta1')
    }
    expect(flunder).to.equal(configMap)
    expect(flunder).to.equal(
      "Warning: Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': think again\n",
    )
  })

  it('lets policies and webhooks change what is written, in their order, again where they ask for it', async () => {
    await lab.mutate('Object{metadata: Object.metadata{labels: {"policy": "was-here"}}}')
    const seen: unknown[] = []
    const note: Behaviour = ({ review }) => {
      const { metadata } = review.request['object'] as { metadata: { labels?: object; annotations?: object } }
      seen.push(metadata.labels)
      const times = String(Object.keys(metadata.annotations ?? {}).length)
      const value = { ...metadata.annotations, [`times-${times}`]: '1' }
      return { allowed: true, ...patchOf([{ op: 'add', path: '/metadata/annotations', value }]) }
    }
    const again = lab.hook('/again', note, { reinvocationPolicy: 'IfNeeded' })
    await lab.register('mutatingwebhookconfigurations', 'w', { webhooks: [again, lab.hook('/once', note)] })
    const annotated = ({ body }: ClusterAnswer): boolean =>
      body.metadata.labels?.policy === 'was-here' && body.metadata.annotations?.['times-1'] !== undefined
    const { configMap, flunder } = await lab.until(
      () => lab.both(),
      (pair) => annotated(pair.configMap) && annotated(pair.flunder),
    )
    expect(flunder.body.metadata.annotations).to.deep.equal(configMap.body.metadata.annotations)
    expect(Object.keys(flunder.body.metadata.annotations as object)).to.have.length(3)
    expect(seen).to.deep.include({ policy: 'was-here' })
  })

  it('asks webhooks as kube-apiserver asks them', async () => {
    await lab.register('validatingwebhookconfigurations', 'w', {
      webhooks: [lab.hook('/see', () => ({ allowed: true }))],
    })
    const ofBoth = (): boolean => {
      const kinds = lab.webhooks.received.map(({ review }) => (review.request['kind'] as { kind: string }).kind)
      return kinds.includes('ConfigMap') && kinds.includes('Flunder')
    }
    await lab.until(() => lab.both(), ofBoth)
    lab.webhooks.received.length = 0
    const name = lab.nextName()
    await lab.both({ name, labels: { a: 'b' } }, '?fieldManager=me&fieldValidation=Strict', alice)
    await lab.both({}, '?dryRun=All')
    for (const path of Object.values(collections)) {
      const headers = { 'content-type': 'application/merge-patch+json' }
      const patched = await cluster.send('PATCH', `${path}/${name}`, { metadata: { labels: { c: 'd' } } }, { headers })
      // kube-apiserver deletes what its watch cache has, and asks the webhooks once more where that was stale.
      await cluster.send('GET', `${path}/${name}?resourceVersion=${patched.body.metadata.resourceVersion as string}`)
      await cluster.send('DELETE', `${path}/${name}?propagationPolicy=Background`)
    }
    const shapes = (kind: string): unknown[] =>
      lab.webhooks.received
        .filter(({ review }) => (review.request['kind'] as { kind: string }).kind === kind)
        .map(({ review: { request }, path, headers, httpVersion }) => {
          const {
            uid,
            kind: _kind,
            resource,
            requestKind,
            requestResource,
            object,
            oldObject,
            userInfo,
            ...rest
          } = request
          const members = Object.keys(request)
          const present = [object, oldObject].map((one) => one !== null)
          const { username } = userInfo as { username: string }
          const agent = headers['user-agent']
          const known = [uid, resource, requestKind, requestResource].every((one) => one !== undefined)
          return { path, agent, httpVersion, members, present, username, known, ...rest }
        })
    expect(shapes('Flunder')).to.have.length(4)
    expect(shapes('Flunder')).to.deep.equal(shapes('ConfigMap'))
  })

  it('refuses by a webhook, and for one that fails, as it does for built-in kinds', async () => {
    let answer: ReturnType<Behaviour> = { allowed: false, status: { message: 'no', code: 418, reason: 'Teapot' } }
    const changing = lab.hook('/changing', () => answer, {
      matchConditions: [
        {
          name: 'm',
          expression: "object == null || !has(object.metadata.annotations) || object.metadata.annotations['x'] != ''",
        },
      ],
    })
    await lab.register('validatingwebhookconfigurations', 'w', { webhooks: [changing] })
    expect(same(await lab.until(() => lab.both(), refused))).to.equal(
      'admission webhook "changing.example.com" denied the request: no',
    )
    const others: [ReturnType<Behaviour>, RegExp][] = [
      [{ allowed: false }, /denied the request without explanation$/],
      [
        { status: 500, text: 'broken' },
        /failed to call webhook: an error on the server \("broken"\) has prevented the request/,
      ],
      [{ status: 404, text: 'nothing' }, /failed to call webhook: the server could not find the requested resource$/],
      [{ uid: 'x', allowed: true }, /received invalid webhook response: expected response\.uid=/],
      [{ allowed: true, patch: 'W10=', patchType: 'JSONPatch' }, /validating webhook may not return response\.patch$/],
    ]
    for (const [next, text] of others) {
      answer = next
      const pair = await lab.both()
      const message = String(pair.flunder.body.message)
      expect(message).to.match(text)
      // The identifiers of reviews differ.
      if (!message.includes('response.uid')) same(pair)
    }
    answer = { allowed: true }
    expect(same(await lab.both({ annotations: { y: 'z' } }))).to.match(
      /is forbidden: expression .* resulted in error: no such key: x$/,
    )
  })

  it('refuses where a webhook cannot be reached, or has side effects in a dry run', async () => {
    const { caBundle } = lab.webhooks.on('/x', () => ({ allowed: true }))
    const away = { url: 'https://127.0.0.1:23498/away', caBundle }
    await lab.register('validatingwebhookconfigurations', 'w', {
      webhooks: [
        lab.hook('/away', () => ({ allowed: true }), {
          clientConfig: away,
          objectSelector: { matchLabels: { to: 'away' } },
        }),
        lab.hook('/some', () => ({ allowed: true }), {
          clientConfig: {
            url: away.url.replace('away', 'some'),
            caBundle: lab.webhooks.on('/some', () => undefined).caBundle,
          },
          failurePolicy: 'Ignore',
          objectSelector: { matchLabels: { to: 'ignored' } },
        }),
      ],
    })
    const labels = { to: 'away' }
    expect(same(await lab.until(() => lab.both({ labels }), refused))).to.equal(
      'Internal error occurred: failed calling webhook "away.example.com": failed to call webhook: Post "https://127.0.0.1:23498/away?timeout=5s": dial tcp 127.0.0.1:23498: connect: connection refused',
    )
    expect(accepted(await lab.both({ labels: { to: 'ignored' } }))).to.equal(true)
  })
})
