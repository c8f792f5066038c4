import { at, listAt, textAt } from '../../cluster/members.ts'
import { code, holds, refusal, same, type Rule } from '../rule.ts'
import type { Subject } from '../subject.ts'

const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
const knownVerbs = new Set(['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'])

export const discoveryRules: readonly Rule[] = [
  {
    id: 'discovery/groups',
    says: '/apis is an APIGroupList that names the group and a preferred version among its versions',
    async run(subject) {
      const { json } = code(await subject.send('GET', '/apis'), 200)
      same(json['kind'], 'APIGroupList', 'kind of /apis')
      checkGroup(
        listAt(json, 'groups').find(({ name }) => name === subject.kind.group),
        subject,
      )
    },
  },
  {
    id: 'discovery/group',
    says: '/apis/GROUP is an APIGroup',
    async run(subject) {
      const { json } = code(await subject.send('GET', subject.groupPath), 200)
      same([json['kind'], json['apiVersion']], ['APIGroup', 'v1'], `kind and apiVersion of ${subject.groupPath}`)
      checkGroup(json, subject)
    },
  },
  {
    id: 'discovery/resources',
    says: '/apis/GROUP/VERSION is an APIResourceList whose resources have name, kind, scope and verbs that Kubernetes knows',
    async run(subject) {
      const { json } = code(await subject.send('GET', subject.versionPath), 200)
      same(json['kind'], 'APIResourceList', 'kind')
      same(json['groupVersion'], subject.apiVersion, 'groupVersion')
      for (const resource of listAt(json, 'resources')) {
        const name = textAt(resource, 'name')
        holds(
          name !== '' && textAt(resource, 'kind') !== '',
          `a resource has no name or kind: ${JSON.stringify(resource)}`,
        )
        holds(typeof resource['namespaced'] === 'boolean', `namespaced of ${name} is missing`)
        holds(typeof resource['singularName'] === 'string', `singularName of ${name} is missing`)
        const verbs = at(resource, 'verbs')
        holds(Array.isArray(verbs) && verbs.length > 0, `${name} has no verbs`)
        if (!name.includes('/'))
          for (const verb of verbs as string[]) holds(knownVerbs.has(verb), `${name} has a verb ${verb}`)
      }
    },
  },
  {
    id: 'discovery/aggregated',
    says: '/apis answers an APIGroupDiscoveryList v2 to whoever accepts it, with the same resources',
    async run(subject) {
      const { json, headers } = code(await subject.send('GET', '/apis', { accept: aggregated }), 200)
      same(json['kind'], 'APIGroupDiscoveryList', 'kind')
      same(json['apiVersion'], 'apidiscovery.k8s.io/v2', 'apiVersion')
      holds(
        /g=apidiscovery\.k8s\.io;v=v2;as=APIGroupDiscoveryList/.test(
          (headers['content-type'] ?? '').replaceAll(' ', ''),
        ),
        `its Content-Type is ${headers['content-type'] ?? 'missing'}`,
      )
      const { group, version, plural, kind, namespaced } = subject.kind
      const found = listAt(json, 'items').find((item) => at(item, 'metadata', 'name') === group)
      const resources = listAt(
        listAt(found, 'versions').find((v) => v['version'] === version),
        'resources',
      )
      const resource = resources.find((r) => r['resource'] === plural)
      holds(resource !== undefined, `it does not name ${plural} in ${group}/${version}`)
      same(at(resource, 'responseKind', 'kind'), kind, 'responseKind.kind')
      same(resource['scope'], namespaced ? 'Namespaced' : 'Cluster', 'scope')
      same([...((resource['verbs'] ?? []) as string[])].sort(), [...subject.kind.verbs].sort(), 'verbs')
    },
  },
  {
    id: 'discovery/etag',
    says: 'aggregated discovery has an ETag, and answers 304 to whoever has it already',
    async run(subject) {
      const { headers } = code(await subject.send('GET', '/apis', { accept: aggregated }), 200)
      const etag = headers.etag
      holds(etag !== undefined, '/apis has no ETag')
      code(await subject.send('GET', '/apis', { accept: aggregated, headers: { 'if-none-match': etag } }), 304)
    },
  },
  {
    id: 'discovery/verbs',
    says: 'verbs that are not advertised are answered with 405',
    async run(subject) {
      const tries: [verb: string, method: string, path: string, body?: unknown][] = [
        ['list', 'GET', subject.path()],
        ['get', 'GET', subject.path('conform-absent')],
        ['create', 'POST', subject.path(), { apiVersion: subject.apiVersion, kind: subject.kind.kind, metadata: {} }],
        ['delete', 'DELETE', subject.path('conform-absent')],
      ]
      for (const [verb, method, path, body] of tries) {
        if (subject.kind.verbs.includes(verb)) continue
        refusal(await subject.send(method, path, { body }), [405], 'MethodNotAllowed')
      }
    },
  },
  {
    id: 'discovery/unknown-group',
    says: 'a group that is not served is a 404',
    async run(subject) {
      code(await subject.send('GET', '/apis/nobody.conform.example.com'), 404)
      code(await subject.send('GET', '/apis/nobody.conform.example.com/v1'), 404)
    },
  },
  {
    id: 'discovery/version',
    says: '/version names a gitVersion',
    async run(subject) {
      const { json } = code(await subject.send('GET', '/version'), 200)
      holds(/^v\d+\.\d+/.test(textAt(json, 'gitVersion')), `gitVersion is ${JSON.stringify(json['gitVersion'])}`)
    },
  },
  {
    id: 'discovery/health',
    says: '/healthz, /livez and /readyz answer 200',
    async run(subject) {
      for (const path of ['/healthz', '/livez', '/readyz']) code(await subject.send('GET', path), 200)
    },
  },
]

function checkGroup(group: unknown, { kind, apiVersion }: Subject): void {
  holds(group !== undefined, `the group ${kind.group} is missing`)
  same(at(group, 'name'), kind.group, 'name of the group')
  const versions = listAt(group, 'versions').map((v) => textAt(v, 'groupVersion'))
  holds(versions.includes(apiVersion), `its versions are ${versions.join(', ')}, without ${apiVersion}`)
  const preferred = textAt(group, 'preferredVersion', 'groupVersion')
  holds(versions.includes(preferred), `preferredVersion ${preferred} is none of its versions`)
}
