import { expect } from 'chai'
import fc from 'fast-check'
import { StatusError } from '../../meta/status.ts'
import { acceptableToRouter, matchAccept, negotiate, type NegotiateOptions } from './accept.ts'

function refusal(work: () => unknown): StatusError {
  try {
    work()
  } catch (error) {
    if (error instanceof StatusError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

const resource: NegotiateOptions = { allowConversions: true }
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io'
const protobuf = 'application/vnd.kubernetes.protobuf'
const only =
  'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf'
const onlyStreams =
  'only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch'

const show = (accept: string | undefined, options = resource): string => {
  const { mediaType, convert } = negotiate(accept, options)
  return `${mediaType.replace('application/', '')}${convert ? ` ${convert.kind} ${convert.version}` : ''}`
}

describe('negotiate', () => {
  const answers: readonly (readonly [string | undefined, string])[] = [
    [undefined, 'json'],
    ['', 'json'],
    ['*/*', 'json'],
    ['*', 'json'],
    ['application/*', 'json'],
    ['application/yaml', 'yaml'],
    ['application/json;charset=utf-8', 'json'],
    ['application/yaml;q=0.5, application/json;q=0.9', 'json'],
    ['application/json;q=0.5, application/yaml;q=0.9', 'yaml'],
    ['*/*, application/yaml', 'yaml'],
    ['application/*, application/yaml', 'yaml'],
    ['text/html, */*;q=0.1', 'json'],
    ['text/html,,application/yaml', 'yaml'],
    ['application/json;q=x,application/yaml;q=0.1', 'yaml'],
    ['application/json;pretty=1;export=1;profile=nopeer;foo=bar', 'json'],
    ['application/json;sv=v1', 'json'],
    ['application/json;stream=watch', 'json'],
    [table, 'json Table v1'],
    ['application/json;as=Table;v=v1beta1;g=meta.k8s.io', 'json Table v1beta1'],
    ['application/yaml; as=Table; v=v1; g=meta.k8s.io', 'yaml Table v1'],
    [`${table},application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json`, 'json Table v1'],
    ['application/json;as=Chart;v=v1;g=meta.k8s.io,application/json', 'json'],
    ['application/json;as=Table;v=v2;g=meta.k8s.io,application/yaml', 'yaml'],
    [
      `${protobuf};as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json`,
      'vnd.kubernetes.protobuf PartialObjectMetadata v1',
    ],
    [
      `${protobuf};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1beta1`,
      'vnd.kubernetes.protobuf PartialObjectMetadataList v1beta1',
    ],
    [`${protobuf};as=Table;g=meta.k8s.io;v=v1,application/json`, 'json'],
    ['*/*;as=Table;g=meta.k8s.io;v=v1', 'json Table v1'],
    [`${protobuf},application/json`, 'json'],
    ['application/yaml;stream=watch,application/json', 'json'],
    ['application/json;sv=v2,application/yaml', 'yaml'],
  ]
  for (const [accept, answer] of answers)
    it(`answers ${answer} to ${accept ?? 'no header'}`, () => {
      expect(show(accept)).to.equal(answer)
      expect(show(accept), 'from memory').to.equal(answer)
    })

  for (const accept of [
    'text/html',
    'application/json/x',
    'application',
    '*/json',
    protobuf,
    'application/json;as=Chart;v=v1;g=meta.k8s.io',
    'application/json;as=Table',
    'application/json;v=v1;g=meta.k8s.io',
    'application/json;as=Table;v=v1;g=other.example.com',
    'application/json;stream=other',
    'application/cbor',
  ])
    it(`answers 406 to ${accept}`, () => {
      for (let i = 0; i < 2; i++) {
        const { status } = refusal(() => negotiate(accept, resource))
        expect(status).to.deep.include({ code: 406, reason: 'NotAcceptable', message: only })
        expect(status).not.to.have.property('details')
      }
    })

  it('takes no conversion, but protobuf, where there is only the thing itself', () => {
    const plain: NegotiateOptions = { allowConversions: false }
    expect(show(protobuf, plain)).to.equal('vnd.kubernetes.protobuf')
    expect(show(`${table},application/yaml`, plain)).to.equal('yaml')
    expect(refusal(() => negotiate(table, plain)).message).to.equal(only)
    expect(refusal(() => negotiate('application/json;sv=v1', plain)).message).to.equal(only)
    expect(show(protobuf, { ...resource, protobufForObject: true })).to.equal('vnd.kubernetes.protobuf')
  })

  it('says how a stream is written, and which types have one', () => {
    const watch: NegotiateOptions = { ...resource, stream: true }
    const partial = `${protobuf};as=PartialObjectMetadata;g=meta.k8s.io;v=v1`
    expect(negotiate('*/*', watch)).to.deep.include({ contentType: 'application/json', stream: true })
    expect(negotiate(partial, watch).contentType).to.equal(`${protobuf};stream=watch`)
    expect(negotiate(partial, resource)).to.deep.include({ contentType: protobuf, stream: false })
    expect(negotiate('application/json;stream=watch', watch).contentType).to.equal('application/json')
    expect(refusal(() => negotiate('application/yaml', watch)).status).to.include({ code: 406, message: onlyStreams })
    expect(refusal(() => negotiate('application/json;as=Nonesuch;v=v1;g=meta.k8s.io', watch)).message).to.equal(only)
  })

  it('hears pretty=1', () => {
    expect(negotiate('application/json;pretty=1', resource).pretty).to.equal(true)
    expect(negotiate('application/json;pretty=true', resource).pretty).to.equal(false)
  })

  it('says the same of a header each time, however odd', () => {
    const part = fc.constantFrom(
      '*/*',
      'application/json',
      'application/yaml',
      protobuf,
      table,
      'text/html',
      'x',
      ';',
      'a=b=c',
    )
    const quality = fc.constantFrom('', ';q=0', ';q=0.5', ';q=1', ';q=', ';q=x')
    const header = fc
      .array(
        fc.tuple(part, quality).map((p) => p.join('')),
        { maxLength: 20 },
      )
      .map((parts) => parts.join(','))
    const say = (accept: string): string => {
      try {
        return show(accept)
      } catch (error) {
        return (error as StatusError).message
      }
    }
    fc.assert(
      fc.property(header, (accept) => {
        expect(say(accept)).to.equal(say(accept))
        expect(say(accept)).to.match(/^(?:json|yaml|only the following)/)
      }),
    )
  })
})

describe('matchAccept', () => {
  it('finds the clause that an endpoint with targets of its own can meet', () => {
    const discovery = {
      allows: (_: string, target: { readonly kind: string } | undefined) => target?.kind === 'APIGroupDiscoveryList',
    }
    const wanted = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
    expect(matchAccept(`application/json;q=1.0,${wanted};q=0.5`, discovery)).to.deep.equal({
      mediaType: 'application/json',
      target: { group: 'apidiscovery.k8s.io', version: 'v2', kind: 'APIGroupDiscoveryList' },
      pretty: false,
    })
    expect(matchAccept('application/json', discovery)).to.equal(undefined)
  })
})

describe('acceptableToRouter', () => {
  const available =
    '406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf'

  it('wants one media type literally, whatever its parameters', () => {
    for (const accept of [undefined, '', '*/*', 'text/html, */*;q=0.1', table, 'image/*, application/yaml', protobuf])
      expect(() => {
        acceptableToRouter(accept)
      }).not.to.throw()
  })

  it('answers 406 to everything else, half wildcards too', () => {
    for (const accept of ['text/html', 'application/*', 'application/cbor-seq', 'application/json-patch+json', ';'])
      expect(
        refusal(() => {
          acceptableToRouter(accept)
        }).status,
      ).to.deep.equal({
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: available,
        reason: 'NotAcceptable',
        details: {},
        code: 406,
      })
  })

  it('names the streams of routes that watch', () => {
    expect(
      refusal(() => {
        acceptableToRouter('text/html', { streams: true })
      }).message,
    ).to.equal(`${available}, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch`)
  })
})
