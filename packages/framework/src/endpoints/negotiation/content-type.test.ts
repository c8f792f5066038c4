import { expect } from 'chai'
import { StatusError } from '../../meta/status.ts'
import { bodyMediaType, patchMediaType } from './content-type.ts'

function status(work: () => unknown): object {
  try {
    work()
  } catch (error) {
    if (error instanceof StatusError) return error.status
    throw error
  }
  throw new Error('nothing was thrown')
}

const unknownFormat = (types: string): object => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: `the body of the request was in an unknown format - accepted media types include: ${types}`,
  reason: 'UnsupportedMediaType',
  code: 415,
})

describe('bodyMediaType', () => {
  it('takes the types that there are, in any case, with parameters', () => {
    expect(bodyMediaType(undefined)).to.equal('application/json')
    expect(bodyMediaType('')).to.equal('application/json')
    expect(bodyMediaType('application/json; charset=utf-8')).to.equal('application/json')
    expect(bodyMediaType('APPLICATION/YAML;a="b;\\"c";d=e ;')).to.equal('application/yaml')
    expect(bodyMediaType(' application/vnd.kubernetes.protobuf ')).to.equal('application/vnd.kubernetes.protobuf')
  })

  it('answers 415 to others and to malformed ones', () => {
    const types = 'application/json, application/yaml, application/vnd.kubernetes.protobuf'
    for (const header of [
      'text/plain',
      '*/*',
      'application/x-www-form-urlencoded',
      'application/cbor',
      'application/json, application/yaml',
      'application/json; charset',
      'application/json; charset=',
      'application/json; a=b; A=c',
      'application/json; a=b c',
      ';',
    ])
      expect(
        status(() => bodyMediaType(header)),
        header,
      ).to.deep.equal(unknownFormat(types))
  })

  it('is quick with long headers', () => {
    const start = performance.now()
    expect(() => bodyMediaType(`application/json${';a=b'.repeat(4000)}`)).to.throw(StatusError)
    expect(() => bodyMediaType(`application/json;a="${'\\"'.repeat(8000)}`)).to.throw(StatusError)
    expect(performance.now() - start).to.be.below(100)
  })
})

describe('patchMediaType', () => {
  const accepted = ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml']

  it('takes the accepted types, with parameters', () => {
    expect(patchMediaType('application/merge-patch+json', accepted)).to.equal('application/merge-patch+json')
    expect(patchMediaType('application/apply-patch+yaml;charset=utf-8', accepted)).to.equal(
      'application/apply-patch+yaml',
    )
  })

  it('answers 415 in the words of the router to other types', () => {
    for (const header of [undefined, '', 'application/json', 'text/plain', 'application/strategic-merge-patch+json'])
      expect(status(() => patchMediaType(header, accepted))).to.deep.include({
        code: 415,
        reason: 'UnsupportedMediaType',
        message: '415: Unsupported Media Type',
        details: {},
      })
  })

  it('answers 415 in the words of the handler to a list with an accepted one', () => {
    expect(status(() => patchMediaType('text/plain, application/merge-patch+json', accepted))).to.deep.equal(
      unknownFormat(accepted.join(', ')),
    )
  })
})
