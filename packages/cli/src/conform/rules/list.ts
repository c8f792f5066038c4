import { at, listAt, textAt } from '../../cluster/members.ts'
import { code, holds, refusal, same, type Rule } from '../rule.ts'
import { nameOf, versionOf, type Subject } from '../subject.ts'

const needs = ['create', 'list']

export const listRules: readonly Rule[] = [
  {
    id: 'get/same',
    says: 'GET answers what was stored, in the same bytes each time',
    needs: ['create', 'get'],
    async run(subject) {
      const made = await subject.made()
      same(await subject.get(nameOf(made)), made, 'what GET answers')
      same(code(await subject.send('GET', subject.path(nameOf(made), 'resourceVersion=0')), 200).json, made, 'at 0')
    },
  },
  {
    id: 'get/missing',
    says: 'an object that is not there is a 404 NotFound that names it and its resource',
    needs: ['get'],
    async run(subject) {
      const { json } = refusal(await subject.send('GET', subject.path('conform-absent')), [404], 'NotFound')
      same(at(json, 'details', 'name'), 'conform-absent', 'details.name')
      same(
        [at(json, 'details', 'group'), at(json, 'details', 'kind')],
        [subject.kind.group, subject.kind.plural],
        'details',
      )
    },
  },
  {
    id: 'list/shape',
    says: 'a list has kind KINDList, its own resourceVersion, and items; in all namespaces, too',
    needs,
    async run(subject) {
      const name = nameOf(await subject.made())
      for (const path of [subject.path(), subject.everywhere]) {
        const { json } = code(await subject.send('GET', path), 200)
        same([json['apiVersion'], json['kind']], [subject.apiVersion, `${subject.kind.kind}List`], `head of ${path}`)
        holds(versionOf(json) !== '', `metadata.resourceVersion of ${path} is missing`)
        holds(
          listAt(json, 'items').some((item) => nameOf(item) === name),
          `${path} lacks ${name}`,
        )
      }
      const empty = code(await subject.send('GET', subject.path(undefined, 'labelSelector=conform%3Dnobody')), 200)
      same(empty.json['items'], [], 'items of an empty list')
    },
  },
  {
    id: 'list/label-selector',
    says: 'label selectors choose: =, !=, in, notin, exists, and not; a wrong one is a 400',
    needs,
    async run(subject) {
      const set = subject.newName()
      const [a, b] = [
        nameOf(await subject.made({ labels: { set, x: 'a' } })),
        nameOf(await subject.made({ labels: { set, x: 'b' } })),
      ]
      const c = nameOf(await subject.made({ labels: { set } }))
      const cases: [selector: string, names: string[]][] = [
        ['x=a', [a]],
        ['x==b', [b]],
        ['x!=a', [b, c]],
        ['x in (a,b)', [a, b]],
        ['x notin (a)', [b, c]],
        ['x', [a, b]],
        ['!x', [c]],
        ['x=a,x=b', []],
      ]
      for (const [selector, names] of cases)
        same(await named(subject, `${selector},set=${set}`), names.sort(), `what ${selector} chooses`)
      refusal(await subject.send('GET', subject.path(undefined, 'labelSelector=a%20b%20c')), [400], 'BadRequest')
    },
  },
  {
    id: 'list/field-selector',
    says: 'the field selectors metadata.name and metadata.namespace choose; an unknown field is a 400',
    needs,
    async run(subject) {
      const [name] = [nameOf(await subject.made()), await subject.made()]
      const { json } = code(
        await subject.send('GET', subject.path(undefined, `fieldSelector=metadata.name%3D${name}`)),
        200,
      )
      same(listAt(json, 'items').map(nameOf), [name], `what metadata.name=${name} chooses`)
      refusal(
        await subject.send('GET', subject.path(undefined, 'fieldSelector=conform.nothing%3D1')),
        [400],
        'BadRequest',
      )
    },
  },
  {
    id: 'list/pages',
    says: 'limit and continue give every object once, all pages at the resourceVersion of the first',
    needs,
    async run(subject) {
      const set = subject.newName()
      const names: string[] = []
      for (let i = 0; i < 3; i++) names.push(nameOf(await subject.made({ labels: { set } })))
      const selector = `labelSelector=set%3D${set}&limit=1`
      const seen: string[] = []
      const versions = new Set<string>()
      let next = ''
      do {
        const query = selector + (next && `&continue=${encodeURIComponent(next)}`)
        const { json } = code(await subject.send('GET', subject.path(undefined, query)), 200)
        const items = listAt(json, 'items')
        holds(items.length <= 1, `a page of limit=1 has ${items.length} items`)
        seen.push(...items.map(nameOf))
        versions.add(versionOf(json))
        next = textAt(json, 'metadata', 'continue')
        if (seen.length === 1) {
          holds(next !== '', 'the first page has no continue')
          await subject.made({ labels: { set } })
        }
      } while (next !== '' && seen.length < 10)
      same(seen.sort(), names.sort(), 'what the pages hold')
      same(versions.size, 1, 'the number of resourceVersions of the pages')
    },
  },
  {
    id: 'list/bad-continue',
    says: 'a continue token that nobody gave is a 400',
    needs,
    async run(subject) {
      refusal(await subject.send('GET', subject.path(undefined, 'limit=1&continue=conform')), [400], 'BadRequest')
    },
  },
  {
    id: 'list/exact',
    says: 'resourceVersionMatch=Exact gives the list as it was',
    needs: [...needs, 'update'],
    async run(subject) {
      const set = subject.newName()
      await subject.made({ labels: { set } })
      const selector = `labelSelector=set%3D${set}`
      const { json } = code(await subject.send('GET', subject.path(undefined, selector)), 200)
      await subject.made({ labels: { set } })
      const query = `${selector}&resourceVersion=${versionOf(json)}&resourceVersionMatch=Exact`
      const then = code(await subject.send('GET', subject.path(undefined, query)), 200)
      same(listAt(then.json, 'items').length, 1, `the number of objects at ${versionOf(json)}`)
      same(versionOf(then.json), versionOf(json), 'its resourceVersion')
    },
  },
  {
    id: 'list/bad-options',
    says: 'options that contradict each other, or are no numbers, are refused',
    needs,
    async run(subject) {
      for (const query of [
        'resourceVersionMatch=Exact',
        'resourceVersion=0&resourceVersionMatch=Exact',
        'resourceVersion=x',
        'limit=x',
      ])
        refusal(await subject.send('GET', subject.path(undefined, query)), [400, 422])
    },
  },
  {
    id: 'list/fresh',
    says: 'a list without resourceVersion holds every write that was answered before',
    needs,
    async run(subject) {
      for (let i = 0; i < 5; i++) {
        const name = nameOf(await subject.made())
        const { json } = code(await subject.send('GET', subject.path()), 200)
        holds(
          listAt(json, 'items').some((item) => nameOf(item) === name),
          `${name} was made and is not in the list`,
        )
      }
    },
  },
]

async function named(subject: Subject, selector: string): Promise<string[]> {
  const { json } = code(
    await subject.send('GET', subject.path(undefined, `labelSelector=${encodeURIComponent(selector)}`)),
    200,
  )
  return listAt(json, 'items').map(nameOf).sort()
}
