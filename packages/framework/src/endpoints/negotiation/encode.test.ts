import { expect } from 'chai'
import { StatusError } from '../../meta/status.ts'
import { parseYaml } from '../../util/yaml.ts'
import { negotiate } from './accept.ts'
import { encodeObject, encodeStatus } from './encode.ts'

const json = { mediaType: 'application/json', pretty: false }
const widget = { kind: 'Widget', apiVersion: 'example.com/v1', metadata: { name: 'a' }, count: 9007199254740993n }

describe('encodeObject', () => {
  it('ends JSON with a line break, but not when it is indented', () => {
    const text = '{"kind":"Widget","apiVersion":"example.com/v1","metadata":{"name":"a"},"count":9007199254740993}\n'
    expect(encodeObject(widget, json, false).toString()).to.equal(text)
    const indented = '{\n  "a": {\n    "b": []\n  }\n}'
    expect(encodeObject({ a: { b: [] } }, json, true).toString()).to.equal(indented)
    expect(
      encodeObject(
        { a: { b: [] } },
        negotiate('application/json;pretty=1', { allowConversions: true }),
        false,
      ).toString(),
    ).to.equal(indented)
  })

  it('writes YAML with sorted keys', () => {
    const text = encodeObject(
      { b: 'yes', a: [{ d: 1, c: null }] },
      { mediaType: 'application/yaml', pretty: false },
      false,
    ).toString()
    expect(text.match(/[a-d](?=:)/g)).to.deep.equal(['a', 'c', 'd', 'b'])
    expect(parseYaml(text)).to.deep.equal({ a: [{ c: null, d: 1 }], b: 'yes' })
  })

  it('answers 406 for a kind without a protobuf form', () => {
    const protobuf = { mediaType: 'application/vnd.kubernetes.protobuf', pretty: false }
    expect(() => encodeObject(widget, protobuf, false)).to.throw(
      StatusError,
      'only the following media types are accepted',
    )
    expect(encodeObject({ kind: 'Status', apiVersion: 'v1' }, protobuf, false).toString('latin1')).to.match(/^k8s\0/)
  })
})

describe('encodeStatus', () => {
  const { status } = StatusError.notFound({ group: 'example.com', resource: 'widgets' }, 'a')
  const plain = { pretty: null, userAgent: 'kubectl' }
  const encode = (
    accept: string | undefined,
    options: Parameters<typeof encodeStatus>[2] = plain,
  ): [string, string] => {
    const { body, contentType } = encodeStatus(status, accept, options)
    return [contentType, body.toString('latin1')]
  }
  const line = `${JSON.stringify(status)}\n`
  const indented = JSON.stringify(status, null, 2)

  it('takes the form that the client takes', () => {
    expect(encode(undefined)).to.deep.equal(['application/json', line])
    expect(encode('application/json;as=Table;v=v1;g=meta.k8s.io,application/json')).to.deep.equal([
      'application/json',
      line,
    ])
    expect(encode('application/*')).to.deep.equal(['application/json', line])
    expect(encode('application/json', { pretty: '1', userAgent: undefined })[1]).to.equal(indented)
    expect(encode('application/json', { pretty: null, userAgent: 'curl/8' })[1]).to.equal(indented)
    const [yamlType, yaml] = encode('application/yaml')
    expect(yamlType).to.equal('application/yaml')
    expect(parseYaml(yaml)).to.deep.equal(status)
    const [protobufType, protobuf] = encode('application/vnd.kubernetes.protobuf')
    expect(protobufType).to.equal('application/vnd.kubernetes.protobuf')
    expect(protobuf).to.match(/^k8s\0/)
  })

  it('is indented JSON where the client takes nothing', () => {
    for (const accept of ['text/html', 'application/json;as=Table;v=v1;g=meta.k8s.io', ';'])
      expect(encode(accept)).to.deep.equal(['application/json', indented])
  })
})
