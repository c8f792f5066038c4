import { at } from '../../cluster/members.ts'
import { code, holds, refusal, same, type Rule } from '../rule.ts'
import { nameOf, versionOf } from '../subject.ts'

const needs = ['create', 'get', 'patch']
const jsonPatch = 'application/json-patch+json'

export const patchRules: readonly Rule[] = [
  {
    id: 'patch/merge',
    says: 'a merge patch (RFC 7396) sets members, and null takes them away',
    needs,
    async run(subject) {
      const made = await subject.made({ labels: { a: '1', b: '2' } })
      const { json } = code(await subject.patch(nameOf(made), { metadata: { labels: { a: null, c: '3' } } }), 200)
      same(sorted(at(json, 'metadata', 'labels')), { b: '2', c: '3' }, 'the labels')
      same(json['spec'], made['spec'], 'the spec')
    },
  },
  {
    id: 'patch/json',
    says: 'a JSON patch (RFC 6902) does its operations in order, or none of them',
    needs,
    async run(subject) {
      const name = nameOf(await subject.made({ labels: { a: '1' } }))
      const operations = [
        { op: 'test', path: '/metadata/labels/a', value: '1' },
        { op: 'add', path: '/metadata/labels/b', value: '2' },
        { op: 'move', from: '/metadata/labels/b', path: '/metadata/labels/c' },
        { op: 'remove', path: '/metadata/labels/a' },
      ]
      const { json } = code(await subject.patch(name, operations, '', jsonPatch), 200)
      same(at(json, 'metadata', 'labels'), { c: '2' }, 'the labels')
      const failing = [
        { op: 'remove', path: '/metadata/labels/c' },
        { op: 'test', path: '/metadata/name', value: 'x' },
      ]
      refusal(await subject.patch(name, failing, '', jsonPatch), [422, 409, 400])
      refusal(await subject.patch(name, [{ op: 'remove', path: '/metadata/labels/absent' }], '', jsonPatch), [422, 400])
      same(await subject.get(name), json, 'the object after patches that fail')
    },
  },
  {
    id: 'patch/media-type',
    says: 'a patch of a type that nobody reads is a 415; a strategic one is done, or a 415',
    needs,
    async run(subject) {
      const name = nameOf(await subject.made())
      refusal(await subject.patch(name, {}, '', 'application/json'), [415], 'UnsupportedMediaType')
      const body = { metadata: { labels: { strategic: 'yes' } } }
      const answer = code(await subject.patch(name, body, '', 'application/strategic-merge-patch+json'), 200, 415)
      if (answer.status === 200) same(at(answer.json, 'metadata', 'labels', 'strategic'), 'yes', 'the label')
    },
  },
  {
    id: 'patch/conflict',
    says: 'a patch that names a resourceVersion is a 409 when that is no longer the present one',
    needs,
    async run(subject) {
      const made = await subject.made()
      code(await subject.patch(nameOf(made), { metadata: { labels: { a: '1' } } }), 200)
      const body = { metadata: { resourceVersion: versionOf(made), labels: { a: '2' } } }
      refusal(await subject.patch(nameOf(made), body), [409], 'Conflict')
    },
  },
  {
    id: 'patch/nothing',
    says: 'a patch that changes nothing keeps the resourceVersion',
    needs,
    async run(subject) {
      const made = await subject.made({ labels: { a: '1' } })
      const { json } = code(await subject.patch(nameOf(made), { metadata: { labels: { a: '1' } } }), 200)
      same(versionOf(json), versionOf(made), 'the resourceVersion')
    },
  },
  {
    id: 'patch/missing',
    says: 'a patch of a name that is not there is a 404',
    needs,
    async run(subject) {
      refusal(await subject.patch('conform-absent', { metadata: {} }), [404], 'NotFound')
    },
  },
  {
    id: 'patch/at-once',
    says: 'patches that arrive together are all done',
    needs,
    async run(subject) {
      const name = nameOf(await subject.made())
      const keys = Array.from({ length: 8 }, (_, i) => `k${i}`)
      const answers = await Promise.all(
        keys.map((key) => subject.patch(name, { metadata: { labels: { [key]: 'x' } } })),
      )
      for (const answer of answers) code(answer, 200)
      const labels = Object.keys(at(await subject.get(name), 'metadata', 'labels') ?? {})
      for (const key of keys) holds(labels.includes(key), `the label ${key} is lost`)
    },
  },
]

const sorted = (labels: unknown): object => Object.fromEntries(Object.entries(labels ?? {}).sort())
