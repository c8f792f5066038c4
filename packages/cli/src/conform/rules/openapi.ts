import type { Json } from '../../cluster/http-client.ts'
import { at, listAt, textAt } from '../../cluster/members.ts'
import { openApiOf, schemaOf } from '../open-api.ts'
import { code, holds, same, type Rule } from '../rule.ts'

export const openApiRules: readonly Rule[] = [
  {
    id: 'openapi/v3-index',
    says: '/openapi/v3 names the document of the group version, with a URL that has its hash',
    async run(subject) {
      const { json } = code(await subject.send('GET', '/openapi/v3'), 200)
      const url = textAt(json, 'paths', subject.versionPath.slice(1), 'serverRelativeURL')
      holds(url.includes('hash='), `serverRelativeURL of ${subject.versionPath.slice(1)} is ${JSON.stringify(url)}`)
      code(await subject.send('GET', url), 200)
    },
  },
  {
    id: 'openapi/v3-document',
    says: 'that document is OpenAPI 3.0, names the kind by x-kubernetes-group-version-kind, and all its references lead somewhere',
    async run(subject) {
      const document = await openApiOf(subject.http, subject.kind)
      holds(document !== undefined, 'there is no document')
      holds(textAt(document, 'openapi').startsWith('3.'), `openapi is ${JSON.stringify(document['openapi'])}`)
      holds(schemaOf(document, subject.kind) !== undefined, `no schema is that of ${subject.kind.kind}`)
      checkReferences(document)
    },
  },
  {
    id: 'openapi/v3-paths',
    says: 'it describes the paths and the verbs of the resource (x-kubernetes-action)',
    needs: ['list', 'get'],
    async run(subject) {
      const document = await openApiOf(subject.http, subject.kind)
      const { namespaced, plural, verbs } = subject.kind
      const collection = `${subject.versionPath}/${namespaced ? 'namespaces/{namespace}/' : ''}${plural}`
      same(
        at(document, 'paths', collection, 'get', 'x-kubernetes-action'),
        'list',
        `x-kubernetes-action of ${collection}`,
      )
      same(at(document, 'paths', `${collection}/{name}`, 'get', 'x-kubernetes-action'), 'get', 'x-kubernetes-action')
      if (verbs.includes('create'))
        same(at(document, 'paths', collection, 'post', 'x-kubernetes-action'), 'post', 'x-kubernetes-action')
    },
  },
  {
    id: 'openapi/v2',
    says: '/openapi/v2 is Swagger 2.0 and describes the kind; kubectl explain and old clients read it',
    async run(subject) {
      const { json } = code(await subject.send('GET', '/openapi/v2'), 200)
      same(json['swagger'], '2.0', 'swagger')
      const { group, version, kind } = subject.kind
      const definitions = Object.values((json['definitions'] ?? {}) as Record<string, Json>)
      holds(
        definitions.some((definition) =>
          listAt(definition, 'x-kubernetes-group-version-kind').some(
            (gvk) => gvk['group'] === group && gvk['version'] === version && gvk['kind'] === kind,
          ),
        ),
        `no definition is that of ${kind}`,
      )
      checkReferences(json)
    },
  },
  {
    id: 'openapi/etag',
    says: 'the documents have an ETag, and answer 304 to whoever has it already',
    async run(subject) {
      for (const path of ['/openapi/v2', `/openapi/v3${subject.versionPath}`, '/openapi/v3']) {
        const { headers } = code(await subject.send('GET', path), 200)
        // kube-apiserver's own index has none.
        if (path === '/openapi/v3' && headers.etag === undefined) continue
        holds(headers.etag !== undefined, `${path} has no ETag`)
        code(await subject.send('GET', path, { headers: { 'if-none-match': headers.etag } }), 304)
      }
    },
  },
]

function checkReferences(document: Json): void {
  const seen = new Set<string>()
  JSON.stringify(document, (name, value: unknown) => {
    if (name === '$ref' && typeof value === 'string') seen.add(value)
    return value
  })
  for (const reference of seen)
    holds(
      !reference.startsWith('#/') || at(document, ...reference.slice(2).split('/')) !== undefined,
      `${reference} leads nowhere`,
    )
}
