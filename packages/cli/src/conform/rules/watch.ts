import { at, listAt } from '../../cluster/members.ts'
import { code, Failure, holds, refusal, same, type Rule } from '../rule.ts'
import { nameOf, versionOf, type Subject, type WatchEvent } from '../subject.ts'

const needs = ['create', 'list', 'watch', 'patch', 'delete']

export const watchRules: readonly Rule[] = [
  {
    id: 'watch/events',
    says: 'a watch from the resourceVersion of a list tells of each change after it, once, in order',
    needs,
    async run(subject) {
      const set = subject.newName()
      await subject.made({ labels: { set } })
      const from = await listVersion(subject)
      let name = ''
      const events = await subject.watch(`resourceVersion=${from}&labelSelector=set%3D${set}`, is(3), async () => {
        name = nameOf(await subject.made({ labels: { set } }))
        code(await subject.patch(name, { metadata: { annotations: { conform: 'a' } } }), 200)
        code(await subject.send('DELETE', subject.path(name)), 200)
      })
      same(briefly(events), [`ADDED ${name}`, `MODIFIED ${name}`, `DELETED ${name}`], 'the events')
      const versions = events.map(({ object }) => versionOf(object))
      holds(new Set(versions).size === 3, `their resourceVersions are ${versions.join(', ')}`)
      same(
        [events[0]?.object['apiVersion'], events[0]?.object['kind']],
        [subject.apiVersion, subject.kind.kind],
        'their kind',
      )
    },
  },
  {
    id: 'watch/initial',
    says: 'a watch without resourceVersion begins with what is there, as ADDED',
    needs,
    async run(subject) {
      const set = subject.newName()
      const name = nameOf(await subject.made({ labels: { set } }))
      const query = `labelSelector=set%3D${set}`
      let second = ''
      const events = await subject.watch(query, is(2), async () => {
        second = nameOf(await subject.made({ labels: { set } }))
      })
      same(briefly(events), [`ADDED ${name}`, `ADDED ${second}`], 'the events')
    },
  },
  {
    id: 'watch/resume',
    says: 'a watch that goes on from an event tells nothing of it again',
    needs,
    async run(subject) {
      const set = subject.newName()
      const one = await subject.made({ labels: { set } })
      const other = await subject.made({ labels: { set } })
      const events = await subject.watch(`resourceVersion=${versionOf(one)}&labelSelector=set%3D${set}`, is(1))
      same(briefly(events), [`ADDED ${nameOf(other)}`], `the events after ${versionOf(one)}`)
    },
  },
  {
    id: 'watch/selector',
    says: 'an object that comes to match a selector is ADDED, one that no longer does is DELETED',
    needs,
    async run(subject) {
      const set = subject.newName()
      const name = nameOf(await subject.made())
      const from = await listVersion(subject)
      const events = await subject.watch(`resourceVersion=${from}&labelSelector=set%3D${set}`, is(2), async () => {
        code(await subject.patch(name, { metadata: { labels: { set } } }), 200)
        code(await subject.patch(name, { metadata: { labels: { set: null } } }), 200)
      })
      same(briefly(events), [`ADDED ${name}`, `DELETED ${name}`], 'the events')
    },
  },
  {
    id: 'watch/one',
    says: 'the field selector metadata.name watches one object',
    needs,
    async run(subject) {
      const name = nameOf(await subject.made())
      const from = await listVersion(subject)
      const events = await subject.watch(
        `resourceVersion=${from}&fieldSelector=metadata.name%3D${name}`,
        is(1),
        async () => {
          await subject.made()
          code(await subject.patch(name, { metadata: { annotations: { conform: 'a' } } }), 200)
        },
      )
      same(briefly(events), [`MODIFIED ${name}`], 'the events')
    },
  },
  {
    id: 'watch/list',
    says: 'sendInitialEvents gives what is there, and then a bookmark that says that this was all',
    needs,
    async run(subject) {
      const set = subject.newName()
      const name = nameOf(await subject.made({ labels: { set } }))
      const query = `allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&labelSelector=set%3D${set}`
      const events = await subject.watch(query, is(2))
      same(
        events.map(({ type }) => type),
        ['ADDED', 'BOOKMARK'],
        'the events',
      )
      same(nameOf(events[0]?.object), name, 'the object')
      same(
        at(events[1]?.object, 'metadata', 'annotations', 'k8s.io/initial-events-end'),
        'true',
        'the annotation of the bookmark',
      )
      holds(versionOf(events[1]?.object) !== '', 'the bookmark has no resourceVersion')
    },
  },
  {
    id: 'watch/timeout',
    says: 'timeoutSeconds ends a watch, without an error',
    needs,
    async run(subject) {
      const from = await listVersion(subject)
      const began = performance.now()
      const answer = await subject.send(
        'GET',
        subject.path(undefined, `watch=true&timeoutSeconds=1&resourceVersion=${from}&labelSelector=conform%3Dnobody`),
      )
      code(answer, 200)
      const seconds = (performance.now() - began) / 1000
      holds(seconds > 0.8 && seconds < 10, `it ended after ${seconds.toFixed(1)} s`)
      for (const line of answer.text.split('\n').filter((text) => text !== ''))
        if ((JSON.parse(line) as WatchEvent).type === 'ERROR') throw new Failure(`it ended with ${line}`)
    },
  },
  {
    id: 'watch/bad-version',
    says: 'a resourceVersion that is no number is refused',
    needs,
    async run(subject) {
      refusal(
        await subject.send('GET', subject.path(undefined, 'watch=true&timeoutSeconds=1&resourceVersion=x')),
        [400, 422, 500],
      )
    },
  },
  {
    id: 'watch/table',
    says: 'events come as Tables to whoever accepts them',
    needs,
    async run(subject) {
      const set = subject.newName()
      await subject.made({ labels: { set } })
      const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io'
      const answer = await subject.send(
        'GET',
        subject.path(undefined, `watch=true&timeoutSeconds=1&labelSelector=set%3D${set}`),
        { accept },
      )
      const [first = '{}'] = code(answer, 200).text.split('\n')
      const event = JSON.parse(first) as WatchEvent
      same([event.type, at(event, 'object', 'kind')], ['ADDED', 'Table'], 'the first event')
      same(listAt(event.object, 'rows').length, 1, 'the number of its rows')
    },
  },
]

const is = (count: number) => (events: readonly WatchEvent[]) => events.length >= count
const briefly = (events: readonly WatchEvent[]): string[] =>
  events.map(({ type, object }) => `${type} ${nameOf(object)}`)
const listVersion = async (subject: Subject): Promise<string> =>
  versionOf(code(await subject.send('GET', subject.path()), 200).json)
