import type { Json } from '../../cluster/http-client.ts'
import { at, textAt } from '../../cluster/members.ts'
import { code, holds, refusal, same, Skip, type Rule } from '../rule.ts'
import { nameOf, uidOf, versionOf, type Subject } from '../subject.ts'

const needs = ['create', 'get', 'update']

export const updateRules: readonly Rule[] = [
  {
    id: 'update/changes',
    says: 'PUT changes the object: a new resourceVersion, the same uid and creationTimestamp',
    needs,
    async run(subject) {
      const made = await subject.made()
      const body = labelled(made, { conform: 'changed' })
      const { json } = code(await subject.send('PUT', subject.path(nameOf(made)), { body }), 200)
      same(at(json, 'metadata', 'labels', 'conform'), 'changed', 'the label')
      holds(versionOf(json) !== versionOf(made), 'the resourceVersion is the same')
      same(
        [uidOf(json), at(json, 'metadata', 'creationTimestamp')],
        [uidOf(made), at(made, 'metadata', 'creationTimestamp')],
        'uid and creationTimestamp',
      )
      same(await subject.get(nameOf(made)), json, 'what GET answers then')
      same(
        at(json, 'metadata', 'generation'),
        at(made, 'metadata', 'generation'),
        'generation after a change of a label',
      )
    },
  },
  {
    id: 'update/conflict',
    says: 'a PUT of a resourceVersion that is no longer the present one is a 409 Conflict, and changes nothing',
    needs,
    async run(subject) {
      const made = await subject.made()
      const path = subject.path(nameOf(made))
      const { json } = code(await subject.send('PUT', path, { body: labelled(made, { conform: 'first' }) }), 200)
      refusal(await subject.send('PUT', path, { body: labelled(made, { conform: 'second' }) }), [409], 'Conflict')
      same(await subject.get(nameOf(made)), json, 'the object after that')
    },
  },
  {
    id: 'update/nothing',
    says: 'a PUT that changes nothing keeps the resourceVersion',
    needs,
    async run(subject) {
      const made = await subject.made()
      const { json } = code(await subject.send('PUT', subject.path(nameOf(made)), { body: made }), 200)
      same(versionOf(json), versionOf(made), 'the resourceVersion')
    },
  },
  {
    id: 'update/other-name',
    says: 'a PUT of an object of another name than that of the URL is a 400',
    needs,
    async run(subject) {
      const made = await subject.made()
      const body = { ...made, metadata: { ...(made['metadata'] as object), name: 'conform-other' } }
      refusal(await subject.send('PUT', subject.path(nameOf(made)), { body }), [400], 'BadRequest')
    },
  },
  {
    id: 'update/other-uid',
    says: 'a PUT of a uid means that one object: another one is a 409',
    needs,
    async run(subject) {
      const made = await subject.made()
      const { resourceVersion: _, ...metadata } = made['metadata'] as Record<string, unknown>
      const body = { ...made, metadata: { ...metadata, uid: '11111111-2222-3333-4444-555555555555' } }
      refusal(await subject.send('PUT', subject.path(nameOf(made)), { body }), [409, 422])
    },
  },
  {
    id: 'update/missing',
    says: 'a PUT to a name that is not there is a 404, or makes it',
    needs,
    async run(subject) {
      const body = subject.draft()
      code(await subject.send('PUT', subject.path(String(body.metadata['name'])), { body }), 404, 201)
    },
  },
  {
    id: 'status/apart',
    says: '/status and the object do not write the members of each other',
    needs,
    async run(subject) {
      if (!subject.kind.subresources.includes('status')) throw new Skip('it has no status')
      const made = await subject.made()
      const path = `${subject.path(nameOf(made))}/status`
      same(nameOf(code(await subject.send('GET', path), 200).json), nameOf(made), 'the object that /status answers')
      const { spec: _, ...rest } = made
      const body = { ...(made['spec'] === undefined ? made : { ...rest, spec: made['spec'] }) }
      const { json } = code(
        await subject.send('PUT', path, {
          body: { ...body, metadata: { ...(body['metadata'] as object), generation: 77 } },
        }),
        200,
      )
      same(json['spec'], made['spec'], 'spec after a PUT of /status')
      same(at(json, 'metadata', 'generation'), at(made, 'metadata', 'generation'), 'generation')
    },
  },
  {
    id: 'scale/numbers',
    says: '/scale is a Scale of autoscaling/v1, and writes the number of replicas',
    needs,
    async run(subject) {
      if (!subject.kind.subresources.includes('scale')) throw new Skip('it has no scale')
      const made = await withReplicas(subject)
      const path = `${subject.path(nameOf(made))}/scale`
      const answer = await subject.send('GET', path)
      if (answer.status === 500 && /replicas field .* does not exist/.test(textAt(answer.json, 'message')))
        throw new Skip('its object has no number of replicas: give one with --sample FILE')
      const { json } = code(answer, 200)
      same([json['kind'], json['apiVersion']], ['Scale', 'autoscaling/v1'], 'kind and apiVersion')
      const spec = { ...(json['spec'] as object), replicas: 3 }
      const scaled = code(await subject.send('PUT', path, { body: { ...json, spec } }), 200)
      same(at(scaled.json, 'spec', 'replicas'), 3, 'spec.replicas')
      holds(versionOf(await subject.get(nameOf(made))) !== versionOf(made), 'the object was not changed')
    },
  },
]

/** Where no number of replicas stands, a server need not know one: it is put where most have it. */
async function withReplicas(subject: Subject): Promise<Json> {
  const { spec, ...draft } = subject.draft()
  const body = { ...draft, spec: { ...(spec as Json | undefined), replicas: 1 } }
  const { status, json } = await subject.send('POST', subject.path(undefined, 'fieldValidation=Strict'), { body })
  return status === 201 ? json : subject.made()
}

const labelled = (object: Awaited<ReturnType<Subject['made']>>, labels: object): object => ({
  ...object,
  metadata: { ...(object['metadata'] as object), labels },
})
