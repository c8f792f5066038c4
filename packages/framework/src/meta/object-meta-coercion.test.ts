import { expect } from 'chai'
import { parseJson, type JsonValue } from '../util/json.ts'
import { coerceObjectMeta } from './object-meta-coercion.ts'
import { StatusError } from './status.ts'

const names = { kind: 'Widget', version: 'v1' }
const refusal = (value: JsonValue): string => {
  try {
    coerceObjectMeta(value, names)
  } catch (error) {
    if (!(error instanceof StatusError) || error.code !== 400) throw error
    return error.message.replace('Widget in version "v1" cannot be handled as a Widget: ', '… ')
  }
  return 'accepted'
}

describe('coerceObjectMeta', () => {
  for (const [value, message] of [
    ['x', 'json: cannot unmarshal string into Go value of type v1.ObjectMeta'],
    [[], 'json: cannot unmarshal array into Go value of type v1.ObjectMeta'],
    [{ name: 1 }, 'json: cannot unmarshal number into Go struct field ObjectMeta.name of type string'],
    [{ name: 1n }, 'json: cannot unmarshal number into Go struct field ObjectMeta.name of type string'],
    [{ uid: true }, 'json: cannot unmarshal bool into Go struct field ObjectMeta.uid of type types.UID'],
    [{ labels: { a: 1 } }, 'json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string'],
    [{ labels: 'a' }, 'json: cannot unmarshal string into Go struct field ObjectMeta.labels of type map[string]string'],
    [{ finalizers: 'x' }, 'json: cannot unmarshal string into Go struct field ObjectMeta.finalizers of type []string'],
    [{ finalizers: [{}] }, 'json: cannot unmarshal object into Go struct field ObjectMeta.finalizers of type string'],
    [{ generation: '1' }, 'json: cannot unmarshal string into Go struct field ObjectMeta.generation of type int64'],
    [{ generation: 1.5 }, 'json: cannot unmarshal number 1.5 into Go struct field ObjectMeta.generation of type int64'],
    [
      { ownerReferences: {} },
      'json: cannot unmarshal object into Go struct field ObjectMeta.ownerReferences of type []v1.OwnerReference',
    ],
    [
      { ownerReferences: [{ uid: 1 }] },
      'json: cannot unmarshal number into Go struct field OwnerReference.ownerReferences.uid of type types.UID',
    ],
    [
      { managedFields: [1] },
      'json: cannot unmarshal number into Go struct field ObjectMeta.managedFields of type v1.ManagedFieldsEntry',
    ],
    [
      { creationTimestamp: 1 },
      'json: cannot unmarshal number into Go struct field ObjectMeta.creationTimestamp of type string',
    ],
    [
      { managedFields: [{ time: 5 }] },
      'json: cannot unmarshal number into Go struct field ManagedFieldsEntry.managedFields.time of type string',
    ],
    [
      { creationTimestamp: 'today' },
      'parsing time "today" as "2006-01-02T15:04:05Z07:00": cannot parse "today" as "2006"',
    ],
    [
      { deletionTimestamp: '2001-02-03' },
      'parsing time "2001-02-03" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T"',
    ],
    [{ deletionTimestamp: '2001-02-29T00:00:00Z' }, 'parsing time "2001-02-29T00:00:00Z": day out of range'],
    [{ deletionTimestamp: '2001-02-03T00:00:00Zz' }, 'parsing time "2001-02-03T00:00:00Zz": extra text: "z"'],
    [{ selfLink: 1 }, 'json: cannot unmarshal number into Go struct field ObjectMeta.selfLink of type string'],
  ] as [JsonValue, string][])
    it(`answers 400 to ${typeof value === 'string' ? value : Object.keys(value ?? {}).join()}: ${message}`, () => {
      expect(refusal(value)).to.equal(`… ${message}`)
    })

  it('names first what stands first in the sorted members', () => {
    expect(refusal({ name: 1, labels: [], finalizers: 1 })).to.contain('ObjectMeta.finalizers')
  })

  it('calls the data by its own kind', () => {
    expect(() => coerceObjectMeta([], { ...names, given: 'Gadget' })).to.throw(
      StatusError,
      'Gadget in version "v1" cannot be handled as a Widget: json: ',
    )
  })

  it('drops what is empty, and the selfLink', () => {
    const value = {
      name: 'a',
      generateName: '',
      selfLink: '/x',
      labels: {},
      annotations: null,
      ownerReferences: [],
      finalizers: [],
      creationTimestamp: null,
      generation: 0,
      deletionGracePeriodSeconds: 0,
    }
    expect(coerceObjectMeta(value, names)).to.deep.equal({
      meta: { name: 'a', deletionGracePeriodSeconds: 0 },
      unknown: [],
    })
    expect(coerceObjectMeta(null, names)).to.deep.equal({ meta: {}, unknown: [] })
    expect(coerceObjectMeta(undefined, names)).to.deep.equal({ meta: {}, unknown: [] })
  })

  it('keeps empty managedFields', () => {
    expect(coerceObjectMeta({ managedFields: [] }, names).meta).to.deep.equal({ managedFields: [] })
    expect(coerceObjectMeta({ managedFields: null }, names).meta).to.deep.equal({})
  })

  it('completes owners, keeps an empty entry of managedFields', () => {
    const value = { ownerReferences: [{ kind: 'A', controller: false }, null], managedFields: [{}], finalizers: [null] }
    expect(coerceObjectMeta(value, names).meta).to.deep.equal({
      ownerReferences: [
        { apiVersion: '', kind: 'A', name: '', uid: '', controller: false },
        { apiVersion: '', kind: '', name: '', uid: '' },
      ],
      managedFields: [{}],
      finalizers: [''],
    })
  })

  it('writes times in UTC and whole seconds', () => {
    const { meta } = coerceObjectMeta({ creationTimestamp: '2001-02-03T04:05:06.789+02:30' }, names)
    expect(meta.creationTimestamp).to.equal('2001-02-03T01:35:06Z')
  })

  it('reports and drops unknown members, sorted', () => {
    const { meta, unknown } = coerceObjectMeta(
      parseJson('{"nickname":"x","name":"a","Name":"b","ownerReferences":[{"uid":"u","foo":1}],"__proto__":{}}'),
      names,
    )
    expect(unknown).to.deep.equal([
      'metadata.Name',
      'metadata.__proto__',
      'metadata.nickname',
      'metadata.ownerReferences[0].foo',
    ])
    expect(Object.keys(meta)).to.deep.equal(['name', 'ownerReferences'])
  })

  it('holds labels of any name', () => {
    const { meta } = coerceObjectMeta(parseJson('{"labels":{"__proto__":"a","constructor":"b","n":null}}'), names)
    expect(Object.entries(meta.labels ?? {})).to.deep.equal([
      ['__proto__', 'a'],
      ['constructor', 'b'],
      ['n', ''],
    ])
  })
})
