import { expect } from 'chai'
import { isObject, parseJson, type JsonObject, type JsonValue } from '../../util/json.ts'
import { coreGroup, zooGroup } from '../discovery/fixture.test.ts'
import { encodeDocumentV2 } from './gnostic-v2.ts'
import { encodeDocumentV3 } from './gnostic-v3.ts'
import { OpenApiDocuments } from './openapi-documents.ts'

const documents = new OpenApiDocuments(
  [zooGroup, coreGroup],
  { title: 'Zoo', version: 'v1' },
  { v2: encodeDocumentV2, v3: encodeDocumentV3 },
)
const parsed = (bytes: Buffer | undefined): JsonObject => parseJson(bytes ?? Buffer.from('{}')) as JsonObject
const v2 = parsed(documents.v2.json.bytes)
const v3 = parsed(documents.v3.get('apis/zoo.example.com/v1')?.json.bytes)

const at = (value: JsonValue | undefined, ...keys: readonly (string | number)[]): JsonValue | undefined => {
  let current = value
  for (const key of keys)
    current = Array.isArray(current) ? current[Number(key)] : isObject(current) ? current[key] : undefined
  return current
}

/** Every operation of a document: method and path, and the operation. */
function* operationsOf(document: JsonObject): Generator<[string, JsonObject]> {
  for (const [path, item] of Object.entries(document.paths ?? {}))
    for (const method of ['get', 'put', 'post', 'delete', 'patch']) {
      const operation = at(item, method)
      if (isObject(operation)) yield [`${method} ${path}`, operation]
    }
}

function* referencesIn(value: JsonValue): Generator<string> {
  if (Array.isArray(value)) for (const item of value) yield* referencesIn(item)
  else if (isObject(value))
    for (const [key, child] of Object.entries(value))
      if (key === '$ref' && typeof child === 'string') yield child
      else yield* referencesIn(child)
}

describe('OpenApiDocuments.v3', () => {
  const root = '/apis/zoo.example.com/v1'
  const animal = `${root}/namespaces/{namespace}/animals/{name}`

  it('names operations as client generators expect', () => {
    const ids = [...operationsOf(v3)].map(([at, { operationId, 'x-kubernetes-action': action }]) => [
      at,
      operationId,
      action,
    ])
    expect(ids).to.deep.include.members([
      [`get ${root}/`, 'getZooExampleComV1APIResources', undefined],
      [`get ${root}/animals`, 'listZooExampleComV1AnimalForAllNamespaces', 'list'],
      [`post ${root}/namespaces/{namespace}/animals`, 'createZooExampleComV1NamespacedAnimal', 'post'],
      [
        `delete ${root}/namespaces/{namespace}/animals`,
        'deleteZooExampleComV1CollectionNamespacedAnimal',
        'deletecollection',
      ],
      [`get ${animal}`, 'readZooExampleComV1NamespacedAnimal', 'get'],
      [`put ${animal}`, 'replaceZooExampleComV1NamespacedAnimal', 'put'],
      [`patch ${animal}`, 'patchZooExampleComV1NamespacedAnimal', 'patch'],
      [`delete ${animal}`, 'deleteZooExampleComV1NamespacedAnimal', 'delete'],
      [`get ${animal}/status`, 'readZooExampleComV1NamespacedAnimalStatus', 'get'],
      [`put ${animal}/scale`, 'replaceZooExampleComV1NamespacedAnimalScale', 'put'],
      [`get ${animal}/sounds`, 'connectGetZooExampleComV1NamespacedAnimalSounds', 'connect'],
      [`get ${root}/watch/animals`, 'watchZooExampleComV1AnimalListForAllNamespaces', 'watchlist'],
      [`get ${root}/cages/{name}`, 'readZooExampleComV1Cage', 'get'],
    ])
  })

  it('describes the verbs served and no others', () => {
    const cages = [...operationsOf(v3)].map(([key]) => key).filter((key) => key.includes('cages'))
    expect(cages).to.deep.equal([`get ${root}/cages`, `get ${root}/cages/{name}`])
  })

  it('lets kubectl find out about patches and field validation', () => {
    const patch = at(v3, 'paths', animal, 'patch')
    expect(at(patch, 'x-kubernetes-group-version-kind')).to.deep.equal({
      group: 'zoo.example.com',
      version: 'v1',
      kind: 'Animal',
    })
    const names = (at(patch, 'parameters') as JsonObject[]).map((p) => p.name)
    expect(names).to.deep.equal(['dryRun', 'fieldManager', 'fieldValidation', 'force'])
    expect(Object.keys(at(patch, 'requestBody', 'content') ?? {})).to.deep.equal([
      'application/apply-patch+yaml',
      'application/json-patch+json',
      'application/merge-patch+json',
    ])
  })

  it('says parameters that all operations of a path share at the path', () => {
    const shared = (at(v3, 'paths', animal, 'parameters') as JsonObject[]).map((p) => [p.name, p.in, p.required])
    expect(shared).to.deep.equal([
      ['name', 'path', true],
      ['namespace', 'path', true],
      ['pretty', 'query', undefined],
    ])
  })

  it('describes a subresource in its own kind, and its definition', () => {
    expect(at(v3, 'paths', `${animal}/scale`, 'put', 'x-kubernetes-group-version-kind')).to.deep.equal({
      group: 'autoscaling',
      version: 'v1',
      kind: 'Scale',
    })
    expect(at(v3, 'components', 'schemas')).to.include.keys('io.k8s.api.autoscaling.v1.Scale')
  })

  it('has every definition that is referred to and no others', () => {
    for (const [key, document] of documents.v3) {
      const value = parsed(document.json.bytes)
      const defined = Object.keys(at(value, 'components', 'schemas') ?? {})
      const wanted = new Set([...referencesIn(value)].map((r) => r.replace('#/components/schemas/', '')))
      expect(defined, key).to.have.members([...wanted])
    }
  })

  it('keeps operation ids unique', () => {
    const ids = [...operationsOf(v2)].map(([, { operationId }]) => operationId)
    expect(new Set(ids).size).to.equal(ids.length)
  })

  it('makes options and watch events kinds of the version described', () => {
    expect(
      at(
        v3,
        'components',
        'schemas',
        'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions',
        'x-kubernetes-group-version-kind',
      ),
    ).to.deep.equal([
      { group: '', kind: 'DeleteOptions', version: 'v1' },
      { group: 'zoo.example.com', kind: 'DeleteOptions', version: 'v1' },
    ])
  })
})

describe('OpenApiDocuments.v2', () => {
  it('says the parameters of many operations once', () => {
    const hoisted = Object.keys(v2.parameters ?? {})
    expect(hoisted.filter((name) => /^fieldManager-[\w-]{8}$/.test(name))).to.have.length(2)
    expect(hoisted.some((name) => /^(name|dryRun|fieldValidation)-/.test(name))).to.equal(false)
    const list = at(v2, 'paths', '/apis/zoo.example.com/v1/animals', 'parameters') as JsonObject[]
    expect(list.every((p) => typeof p.$ref === 'string' && p.$ref.startsWith('#/parameters/'))).to.equal(true)
  })

  it('refers to nothing that is not there', () => {
    for (const reference of new Set(referencesIn(v2))) {
      const [, section = '', name = ''] = reference.split('/')
      expect(at(v2, section, name), reference).to.be.an('object')
    }
  })

  it('has no words of later versions', () => {
    const text = documents.v2.json.bytes.toString()
    for (const word of ['"default"', '"nullable"', '"anyOf"', '"oneOf"', '#/components/'])
      expect(text).not.to.contain(word)
  })

  it('lists 401 and one kind for each operation', () => {
    for (const [key, { responses, tags, schemes }] of operationsOf(v2)) {
      expect(at(responses, '401', 'description'), key).to.equal('Unauthorized')
      expect(tags, key).to.have.length(1)
      expect(schemes, key).to.deep.equal(['https'])
    }
  })

  it('describes the core group under /api', () => {
    expect(v2.paths).to.include.keys('/api/', '/api/v1/', '/api/v1/namespaces/{name}', '/version/', '/apis/')
    expect(at(v2, 'paths', '/api/v1/namespaces', 'get', 'operationId')).to.equal('listCoreV1Namespace')
    expect(at(v2, 'paths', '/api/v1/namespaces', 'get', 'tags', 0)).to.equal('core_v1')
  })
})
