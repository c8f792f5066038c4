import { parse, stringify } from 'yaml'
import { at, listAt, textAt } from '../../cluster/members.ts'
import { code, holds, refusal, same, type Rule } from '../rule.ts'
import { nameOf, versionOf } from '../subject.ts'

const needs = ['create', 'get', 'list']
const as = (kind: string): string => `application/json;as=${kind};v=v1;g=meta.k8s.io`

export const negotiationRules: readonly Rule[] = [
  {
    id: 'table/list',
    says: 'a list is a Table to whoever accepts it: a cell for each column, and the metadata of each object',
    needs,
    async run(subject) {
      const name = nameOf(await subject.made())
      for (const path of [subject.path(), subject.path(name)]) {
        const { json } = code(await subject.send('GET', path, { accept: `${as('Table')},application/json` }), 200)
        same([json['kind'], json['apiVersion']], ['Table', 'meta.k8s.io/v1'], 'kind and apiVersion')
        holds(versionOf(json) !== '', 'it has no resourceVersion')
        const columns = listAt(json, 'columnDefinitions')
        same(columns[0]?.['format'], 'name', 'format of the first column')
        for (const row of listAt(json, 'rows')) {
          same((row['cells'] as unknown[]).length, columns.length, 'the number of cells')
          same(at(row, 'object', 'kind'), 'PartialObjectMetadata', 'the object of a row')
        }
        holds(
          listAt(json, 'rows').some((row) => nameOf(row['object']) === name),
          `${name} has no row`,
        )
      }
    },
  },
  {
    id: 'table/include-object',
    says: 'includeObject says how much of the object a row has',
    needs,
    async run(subject) {
      const name = nameOf(await subject.made())
      const row = async (include: string): Promise<unknown> =>
        listAt(
          code(await subject.send('GET', subject.path(name, `includeObject=${include}`), { accept: as('Table') }), 200)
            .json,
          'rows',
        )[0]
      same(at(await row('Object'), 'object', 'kind'), subject.kind.kind, 'with Object')
      holds(
        at(await row('None'), 'object') === undefined || at(await row('None'), 'object') === null,
        'with None there is one',
      )
    },
  },
  {
    id: 'metadata/list',
    says: 'lists and objects come as their metadata only to whoever accepts that; garbage collectors do',
    needs,
    async run(subject) {
      const name = nameOf(await subject.made())
      const list = code(await subject.send('GET', subject.path(), { accept: as('PartialObjectMetadataList') }), 200)
      same(list.json['kind'], 'PartialObjectMetadataList', 'kind of the list')
      const found = listAt(list.json, 'items').find((item) => nameOf(item) === name)
      holds(found !== undefined && found['spec'] === undefined, 'the item is missing, or has a spec')
      const one = code(await subject.send('GET', subject.path(name), { accept: as('PartialObjectMetadata') }), 200)
      same(
        [one.json['kind'], one.json['apiVersion']],
        ['PartialObjectMetadata', 'meta.k8s.io/v1'],
        'kind of the object',
      )
    },
  },
  {
    id: 'negotiation/json',
    says: '*/* is JSON',
    needs: ['list'],
    async run(subject) {
      for (const accept of ['*/*', 'application/json;charset=utf-8']) {
        const { headers, json } = code(await subject.send('GET', subject.path(), { accept }), 200)
        holds(
          String(headers['content-type']).startsWith('application/json'),
          `${accept} gives ${String(headers['content-type'])}`,
        )
        same(json['kind'], `${subject.kind.kind}List`, `kind with ${accept}`)
      }
    },
  },
  {
    id: 'negotiation/protobuf',
    says: 'a client that likes Protobuf better gets that, or JSON',
    needs,
    async run(subject) {
      await subject.made()
      const accept = 'application/vnd.kubernetes.protobuf,application/json'
      const { headers } = code(await subject.send('GET', subject.path(), { accept }), 200)
      holds(/protobuf|json/.test(String(headers['content-type'])), `the type is ${String(headers['content-type'])}`)
    },
  },
  {
    id: 'negotiation/yaml',
    says: 'YAML is read and written',
    needs,
    async run(subject) {
      const text = stringify(subject.draft())
      const asked = { text, contentType: 'application/yaml', accept: 'application/yaml' }
      const answer = code(await subject.send('POST', subject.path(), asked), 201)
      holds(
        String(answer.headers['content-type']).startsWith('application/yaml'),
        `the type is ${String(answer.headers['content-type'])}`,
      )
      same(at(parse(answer.text), 'kind'), subject.kind.kind, 'kind')
    },
  },
  {
    id: 'negotiation/none',
    says: 'a type that nobody writes is a 406',
    needs: ['list'],
    async run(subject) {
      code(await subject.send('GET', subject.path(), { accept: 'image/png' }), 406)
    },
  },
  {
    id: 'errors/method',
    says: 'methods that a path does not have are a 405; PUT of a collection may be a 400',
    needs: ['list'],
    async run(subject) {
      // kube-apiserver's custom resources miss the name first.
      const { status, json } = refusal(await subject.send('PUT', subject.path(), { body: {} }), [405, 400])
      if (status === 405) same(json['reason'], 'MethodNotAllowed', 'its reason')
    },
  },
  {
    id: 'errors/unknown-resource',
    says: 'a resource that the group version does not have is a 404',
    async run(subject) {
      code(await subject.send('GET', `${subject.versionPath}/conformnothings`), 404)
    },
  },
  {
    id: 'errors/audit-id',
    says: 'every answer has an Audit-Id, by which it is found in the audit log',
    async run(subject) {
      const { headers } = await subject.send('GET', subject.versionPath)
      holds(textAt(headers, 'audit-id') !== '', 'there is none')
      const id = 'b7a5a4e0-1c1c-4c1c-8c1c-c0ffee000001'
      const given = await subject.send('GET', subject.versionPath, { headers: { 'audit-id': id } })
      // An aggregator adds its own, which is the same.
      const ids = textAt(given.headers, 'audit-id').split(', ')
      same([...new Set(ids)], [id], 'the Audit-Id of a request that brings one')
    },
  },
]
