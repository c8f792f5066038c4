import { at, listAt, textAt } from '../../cluster/members.ts'
import { code, holds, refusal, same, Skip, type Rule } from '../rule.ts'
import { nameOf, uidOf, versionOf } from '../subject.ts'

const needs = ['create', 'get']

export const createRules: readonly Rule[] = [
  {
    id: 'create/metadata',
    says: 'POST answers 201 and the object with uid, creationTimestamp, resourceVersion and its own apiVersion and kind',
    needs,
    async run(subject) {
      const draft = subject.draft()
      const { json } = code(await subject.send('POST', subject.path(), { body: draft }), 201)
      same([json['apiVersion'], json['kind']], [subject.apiVersion, subject.kind.kind], 'apiVersion and kind')
      same(nameOf(json), draft.metadata['name'], 'metadata.name')
      if (subject.kind.namespaced) same(at(json, 'metadata', 'namespace'), subject.namespace, 'metadata.namespace')
      holds(/^[0-9a-f-]{36}$/.test(uidOf(json)), `metadata.uid is ${JSON.stringify(uidOf(json))}`)
      holds(versionOf(json) !== '', 'metadata.resourceVersion is missing')
      const made = textAt(json, 'metadata', 'creationTimestamp')
      holds(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(made), `metadata.creationTimestamp is ${JSON.stringify(made)}`)
    },
  },
  {
    id: 'create/own-metadata',
    says: 'uid and creationTimestamp that a client sends are not taken',
    needs,
    async run(subject) {
      const given = { uid: '11111111-2222-3333-4444-555555555555', creationTimestamp: '2001-02-03T04:05:06Z' }
      const made = await subject.made(given)
      holds(uidOf(made) !== given.uid, 'the uid of the client was taken')
      holds(at(made, 'metadata', 'creationTimestamp') !== given.creationTimestamp, 'the creationTimestamp was taken')
    },
  },
  {
    id: 'create/generate-name',
    says: 'generateName is the begin of a name that is made',
    needs,
    async run(subject) {
      const { name: _, ...metadata } = subject.draft().metadata
      const body = { ...subject.draft(), metadata: { ...metadata, generateName: 'conform-made-' } }
      const names = [0, 1].map(async () => nameOf(code(await subject.send('POST', subject.path(), { body }), 201).json))
      const [one = '', other = ''] = await Promise.all(names)
      for (const name of [one, other]) {
        holds(/^conform-made-[a-z0-9]+$/.test(name), `the name is ${name}`)
        await subject.send('DELETE', subject.path(name))
      }
      holds(one !== other, `both are called ${one}`)
    },
  },
  {
    id: 'create/twice',
    says: 'a name that is there already is a 409 AlreadyExists that names it',
    needs,
    async run(subject) {
      const body = subject.draft()
      code(await subject.send('POST', subject.path(), { body }), 201)
      const { json } = refusal(await subject.send('POST', subject.path(), { body }), [409], 'AlreadyExists')
      same(at(json, 'details', 'name'), body.metadata['name'], 'details.name')
    },
  },
  {
    id: 'create/bad-body',
    says: 'a body that is no JSON is a 400, one of another kind a 400 or a 422',
    needs,
    async run(subject) {
      refusal(await subject.send('POST', subject.path(), { text: '{"metadata":' }), [400], 'BadRequest')
      const body = { ...subject.draft(), kind: 'Nobody' }
      refusal(await subject.send('POST', subject.path(), { body }), [400, 422])
    },
  },
  {
    id: 'create/other-namespace',
    says: 'an object of another namespace than that of the URL is a 400',
    needs,
    async run(subject) {
      if (!subject.kind.namespaced) throw new Skip('it is in no namespace')
      const body = subject.draft({ namespace: 'kube-public' })
      refusal(await subject.send('POST', subject.path(), { body }), [400], 'BadRequest')
    },
  },
  {
    id: 'create/bad-name',
    says: 'a name that no URL can hold is a 422 Invalid with its cause',
    needs,
    async run(subject) {
      const { json } = refusal(
        await subject.send('POST', subject.path(), { body: subject.draft({ name: 'a/b' }) }),
        [422],
        'Invalid',
      )
      const fields = listAt(json, 'details', 'causes').map((cause) => cause['field'])
      holds(
        fields.includes('metadata.name'),
        `its causes are about ${fields.join(', ') || 'nothing'}, not metadata.name`,
      )
      const nameless = subject.draft({ name: '' })
      code(await subject.send('POST', subject.path(), { body: nameless }), 422)
    },
  },
  {
    id: 'create/field-validation',
    says: 'members that the kind does not have are a 400 with fieldValidation=Strict, and a Warning with Warn',
    needs,
    async run(subject) {
      const draft = (): object => ({ ...subject.draft(), conformUnknown: 1 })
      const strict = await subject.send('POST', subject.path(undefined, 'fieldValidation=Strict'), { body: draft() })
      refusal(strict, [400], 'BadRequest')
      holds(textAt(strict.json, 'message').includes('conformUnknown'), 'the message does not name the unknown member')
      const warn = await subject.send('POST', subject.path(undefined, 'fieldValidation=Warn'), { body: draft() })
      code(warn, 201)
      holds((warn.headers.warning ?? '').includes('conformUnknown'), 'no Warning names the unknown member')
      const ignore = await subject.send('POST', subject.path(undefined, 'fieldValidation=Ignore'), { body: draft() })
      holds(
        !(code(ignore, 201).headers.warning ?? '').includes('conformUnknown'),
        'there is a Warning with fieldValidation=Ignore',
      )
    },
  },
  {
    id: 'create/managed-fields',
    says: 'managedFields tell which manager wrote which fields',
    needs,
    async run(subject) {
      const path = subject.path(undefined, 'fieldManager=conform')
      const { json } = code(
        await subject.send('POST', path, { body: subject.draft({ labels: { conform: 'x' } }) }),
        201,
      )
      const entry = listAt(json, 'metadata', 'managedFields').find(({ manager }) => manager === 'conform')
      holds(entry !== undefined, 'no entry of managedFields is of the manager of the request')
      same(
        [entry['operation'], entry['apiVersion'], entry['fieldsType']],
        ['Update', subject.apiVersion, 'FieldsV1'],
        'the entry',
      )
      holds(at(entry, 'fieldsV1', 'f:metadata', 'f:labels') !== undefined, 'fieldsV1 does not tell of the label')
    },
  },
  {
    id: 'create/media-type',
    says: 'a body of a media type that nobody reads is a 415',
    needs,
    async run(subject) {
      const asked = { body: subject.draft(), contentType: 'application/x-conform' }
      refusal(await subject.send('POST', subject.path(), asked), [415], 'UnsupportedMediaType')
    },
  },
]
