import { at, textAt } from '../../cluster/members.ts'
import { code, holds, refusal, same, type Rule } from '../rule.ts'
import { nameOf, uidOf, versionOf } from '../subject.ts'

const needs = ['create', 'get', 'delete']

export const deleteRules: readonly Rule[] = [
  {
    id: 'delete/gone',
    says: 'DELETE answers a Status of success or the object, which is gone then',
    needs,
    async run(subject) {
      const made = await subject.made()
      const path = subject.path(nameOf(made))
      const { json } = code(await subject.send('DELETE', path), 200)
      if (json['kind'] === 'Status') same(json['status'], 'Success', 'status')
      else same(nameOf(json), nameOf(made), 'the object answered')
      refusal(await subject.send('GET', path), [404], 'NotFound')
      refusal(await subject.send('DELETE', path), [404], 'NotFound')
    },
  },
  {
    id: 'delete/preconditions',
    says: 'preconditions of uid and resourceVersion that do not hold are a 409, and nothing is deleted',
    needs,
    async run(subject) {
      const made = await subject.made()
      const path = subject.path(nameOf(made))
      const options = (preconditions: object): object => ({ apiVersion: 'v1', kind: 'DeleteOptions', preconditions })
      const uid = '11111111-2222-3333-4444-555555555555'
      refusal(await subject.send('DELETE', path, { body: options({ uid }) }), [409], 'Conflict')
      refusal(await subject.send('DELETE', path, { body: options({ resourceVersion: '1' }) }), [409], 'Conflict')
      same(await subject.get(nameOf(made)), made, 'the object')
      const right = { uid: uidOf(made), resourceVersion: versionOf(made) }
      code(await subject.send('DELETE', path, { body: options(right) }), 200)
    },
  },
  {
    id: 'delete/finalizers',
    says: 'an object with finalizers stays, with a deletionTimestamp, until they are gone',
    needs: [...needs, 'patch'],
    async run(subject) {
      const name = nameOf(await subject.made({ finalizers: ['conform.example.com/hold'] }))
      code(await subject.send('DELETE', subject.path(name)), 200, 202)
      const marked = await subject.get(name)
      holds(textAt(marked, 'metadata', 'deletionTimestamp') !== '', 'it has no deletionTimestamp')
      code(await subject.send('DELETE', subject.path(name)), 200, 202)
      same(
        at(await subject.get(name), 'metadata', 'deletionTimestamp'),
        at(marked, 'metadata', 'deletionTimestamp'),
        'deletionTimestamp after a second DELETE',
      )
      code(await subject.patch(name, { metadata: { finalizers: null } }), 200)
      refusal(await subject.send('GET', subject.path(name)), [404], 'NotFound')
    },
  },
  {
    id: 'delete/collection',
    says: 'DELETE of a collection deletes what the selector chooses, and nothing else',
    needs: [...needs, 'deletecollection', 'list'],
    async run(subject) {
      const set = subject.newName()
      const names = [nameOf(await subject.made({ labels: { set } })), nameOf(await subject.made({ labels: { set } }))]
      const other = nameOf(await subject.made())
      code(await subject.send('DELETE', subject.path(undefined, `labelSelector=set%3D${set}`)), 200)
      for (const name of names) code(await subject.send('GET', subject.path(name)), 404)
      code(await subject.send('GET', subject.path(other)), 200)
    },
  },
  {
    id: 'delete/bad-options',
    says: 'a propagationPolicy that nobody knows is refused, and nothing is deleted',
    needs,
    async run(subject) {
      const name = nameOf(await subject.made())
      refusal(await subject.send('DELETE', subject.path(name, 'propagationPolicy=Sideways')), [400, 422])
      code(await subject.send('GET', subject.path(name)), 200)
    },
  },
  {
    id: 'dry-run/create',
    says: 'dryRun=All answers as if it were done, and nothing is stored',
    needs,
    async run(subject) {
      const body = subject.draft()
      const { json } = code(await subject.send('POST', subject.path(undefined, 'dryRun=All'), { body }), 201)
      holds(uidOf(json) !== '', 'the answer has no uid')
      code(await subject.send('GET', subject.path(nameOf(json))), 404)
    },
  },
  {
    id: 'dry-run/change',
    says: 'dryRun=All of PUT, PATCH and DELETE changes nothing',
    needs: [...needs, 'update', 'patch'],
    async run(subject) {
      const made = await subject.made()
      const [name, query] = [nameOf(made), 'dryRun=All']
      const body = { ...made, metadata: { ...(made['metadata'] as object), labels: { dry: 'run' } } }
      const put = code(await subject.send('PUT', subject.path(name, query), { body }), 200)
      same(at(put.json, 'metadata', 'labels', 'dry'), 'run', 'the label in the answer')
      code(await subject.patch(name, { metadata: { labels: { dry: 'run' } } }, query), 200)
      code(await subject.send('DELETE', subject.path(name, query)), 200)
      same(await subject.get(name), made, 'the object after that')
    },
  },
  {
    id: 'dry-run/unknown',
    says: 'another value of dryRun is refused',
    needs,
    async run(subject) {
      refusal(await subject.send('POST', subject.path(undefined, 'dryRun=Some'), { body: subject.draft() }), [400, 422])
    },
  },
]
