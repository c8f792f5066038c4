import { expect } from 'chai'
import { parseJson, type JsonObject } from '../../util/json.ts'
import { coreGroup, zooGroup } from '../discovery/fixture.test.ts'
import { WireReader, wireType } from '../negotiation/protobuf/wire.ts'
import { encodeDocumentV2 } from './gnostic-v2.ts'
import { encodeDocumentV3 } from './gnostic-v3.ts'
import { OpenApiDocuments } from './openapi-documents.ts'

/** The contents of all fields with this number, one level down for each number. */
function fieldsAt(bytes: Buffer, ...numbers: readonly number[]): Buffer[] {
  const [number, ...deeper] = numbers
  if (number === undefined) return [bytes]
  const found: Buffer[] = []
  const reader = new WireReader(bytes)
  while (!reader.done) {
    const { field, type } = reader.tag('Test')
    if (field === number && type === wireType.bytes) found.push(reader.bytes())
    else reader.skip(type)
  }
  return found.flatMap((f) => fieldsAt(f, ...deeper))
}
const textsAt = (bytes: Buffer | undefined, ...numbers: readonly number[]): string[] =>
  fieldsAt(bytes ?? Buffer.alloc(0), ...numbers).map(String)

/** The value that a list of named values has for a name. */
const valueOf = (entries: readonly Buffer[], name: string): Buffer | undefined =>
  entries
    .filter((entry) => textsAt(entry, 1)[0] === name)
    .flatMap((entry) => fieldsAt(entry, 2))
    .at(0)

const documents = new OpenApiDocuments(
  [zooGroup, coreGroup],
  { title: 'Zoo', version: 'v1' },
  { v2: encodeDocumentV2, v3: encodeDocumentV3 },
)
const animal = '/apis/zoo.example.com/v1/namespaces/{namespace}/animals/{name}'
const spec = 'com.example.zoo.v1.AnimalSpec'

describe('encodeDocumentV3', () => {
  const document = documents.v3.get('apis/zoo.example.com/v1')
  const bytes = document?.protobuf.bytes ?? Buffer.alloc(0)
  const json = parseJson(document?.json.bytes ?? '{}') as { paths: JsonObject; components: { schemas: JsonObject } }

  it('has every path and every schema', () => {
    expect(textsAt(bytes, 1)).to.deep.equal(['3.0.0'])
    expect(textsAt(bytes, 2, 1)).to.deep.equal(['Zoo'])
    expect(textsAt(bytes, 4, 1, 1)).to.deep.equal(Object.keys(json.paths))
    expect(textsAt(bytes, 5, 1, 1, 1)).to.deep.equal(Object.keys(json.components.schemas))
  })

  it('says of the patch what kubectl looks for', () => {
    const patch = fieldsAt(valueOf(fieldsAt(bytes, 4, 1), animal) ?? Buffer.alloc(0), 10)[0]
    expect(textsAt(patch, 5)).to.deep.equal(['patchZooExampleComV1NamespacedAnimal'])
    expect(textsAt(patch, 6, 1, 1)).to.deep.equal(['dryRun', 'fieldManager', 'fieldValidation', 'force'])
    expect(textsAt(patch, 7, 1, 2, 1, 1)).to.include('application/apply-patch+yaml')
    const extensions = fieldsAt(patch ?? Buffer.alloc(0), 13)
    expect(textsAt(valueOf(extensions, 'x-kubernetes-action'), 2)).to.deep.equal(['"patch"\n'])
    const [kind = ''] = textsAt(valueOf(extensions, 'x-kubernetes-group-version-kind'), 2)
    expect(JSON.parse(kind)).to.deep.equal({ group: 'zoo.example.com', version: 'v1', kind: 'Animal' })
  })

  it('says what schemas say', () => {
    const schema = fieldsAt(valueOf(fieldsAt(bytes, 5, 1, 1), spec) ?? Buffer.alloc(0), 1)[0]
    expect(textsAt(schema, 25)).to.deep.equal(['object'])
    expect(textsAt(schema, 23)).to.deep.equal(['weight'])
    const members = fieldsAt(schema ?? Buffer.alloc(0), 31, 1)
    expect(members.map((m) => textsAt(m, 1)[0])).to.have.members(['species', 'weight', 'port', 'tags'])
    const species = valueOf(members, 'species')
    expect(textsAt(species, 1, 24, 2)).to.deep.equal(['"cat"\n', '"dog"\n'])
    expect(textsAt(species, 1, 33, 3)).to.deep.equal(['cat'])
    expect(textsAt(valueOf(members, 'tags'), 1, 30, 1, 1, 25)).to.deep.equal(['string'])
  })
})

describe('encodeDocumentV2', () => {
  const bytes = documents.v2.protobuf.bytes
  const json = parseJson(documents.v2.json.bytes) as Record<'paths' | 'definitions' | 'parameters', JsonObject>

  it('has every path, definition and parameter', () => {
    expect(textsAt(bytes, 8, 2, 1)).to.deep.equal(Object.keys(json.paths))
    expect(textsAt(bytes, 9, 1, 1)).to.deep.equal(Object.keys(json.definitions))
    expect(textsAt(bytes, 10, 1, 1)).to.deep.equal(Object.keys(json.parameters))
  })

  it('refers to parameters, or says them', () => {
    const get = fieldsAt(valueOf(fieldsAt(bytes, 8, 2), animal) ?? Buffer.alloc(0), 8)[0]
    expect(textsAt(get, 5)).to.deep.equal(['patchZooExampleComV1NamespacedAnimal'])
    expect(textsAt(get, 8, 1, 2, 3, 4)).to.deep.equal(['dryRun', 'fieldValidation'])
    expect(textsAt(get, 8, 2, 1).every((r) => r.startsWith('#/parameters/'))).to.equal(true)
  })

  it('says what schemas say', () => {
    const schema = valueOf(fieldsAt(bytes, 9, 1), spec)
    expect(textsAt(schema, 22, 1)).to.deep.equal(['object'])
    expect(textsAt(valueOf(fieldsAt(schema ?? Buffer.alloc(0), 25, 1), 'tags'), 23, 1, 22, 1)).to.deep.equal(['string'])
  })
})
