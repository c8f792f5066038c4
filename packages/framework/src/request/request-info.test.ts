import { expect } from 'chai'
import { parseRequestInfo, RequestInfoError, type RequestInfo } from './request-info.ts'

const flunders = '/apis/wardle.example.com/v1beta1/namespaces/ns/flunders'

describe('parseRequestInfo', () => {
  const cases: [method: string, url: string, expected: Partial<RequestInfo>][] = [
    ['GET', '/', { isResourceRequest: false, verb: 'get', path: '/' }],
    ['POST', '/healthz', { isResourceRequest: false, verb: 'post', path: '/healthz' }],
    ['GET', '/api', { isResourceRequest: false }],
    ['GET', '/api/v1', { isResourceRequest: false, path: '/api/v1' }],
    ['GET', '/apis/g/v', { isResourceRequest: false, path: '/apis/g/v' }],
    ['GET', '/apis/g/v/', { isResourceRequest: false, path: '/apis/g/v/' }],
    ['GET', '/Apis/g/v/r', { isResourceRequest: false }],
    ['GET', '/other/g/v/r/n', { isResourceRequest: false }],
    [
      'GET',
      flunders,
      {
        isResourceRequest: true,
        verb: 'list',
        group: 'wardle.example.com',
        version: 'v1beta1',
        namespace: 'ns',
        resource: 'flunders',
        name: '',
        parts: ['flunders'],
      },
    ],
    ['GET', `${flunders}/`, { verb: 'list', resource: 'flunders' }],
    ['HEAD', `${flunders}/a`, { verb: 'get', name: 'a', subresource: '' }],
    ['POST', flunders, { verb: 'create' }],
    ['PUT', `${flunders}/a`, { verb: 'update', name: 'a' }],
    ['PATCH', `${flunders}/a/status`, { verb: 'patch', name: 'a', subresource: 'status' }],
    ['DELETE', `${flunders}/a`, { verb: 'delete', name: 'a' }],
    ['DELETE', flunders, { verb: 'deletecollection' }],
    ['OPTIONS', flunders, { verb: '' }],
    ['GET', `${flunders}/a/exec/x/y`, { subresource: 'exec', parts: ['flunders', 'a', 'exec', 'x', 'y'] }],
    ['GET', '/apis/g/v/fischers/f', { namespace: '', resource: 'fischers', name: 'f' }],
    ['GET', '/api/v1/namespaces', { verb: 'list', group: '', apiPrefix: 'api', resource: 'namespaces', namespace: '' }],
    ['GET', '/api/v1/namespaces/x', { verb: 'get', resource: 'namespaces', name: 'x', namespace: 'x' }],
    [
      'PUT',
      '/api/v1/namespaces/x/status',
      { resource: 'namespaces', name: 'x', namespace: 'x', subresource: 'status' },
    ],
    ['PUT', '/api/v1/namespaces/x/finalize', { resource: 'namespaces', name: 'x', subresource: 'finalize' }],
    ['GET', '/api/v1/namespaces/x/pods', { resource: 'pods', name: '', namespace: 'x', verb: 'list' }],
    ['GET', '/apis/g/v/namespaces//flunders', { resource: 'flunders', namespace: '', verb: 'list' }],
    ['GET', '/apis/g/v//flunders', { resource: '', name: 'flunders' }],
    ['GET', '/apis/g/v/watch/flunders', { verb: 'watch', resource: 'flunders', name: '' }],
    [
      'GET',
      '/apis/g/v/watch/namespaces/n/flunders/a?fieldSelector=b%3Dc',
      { verb: 'watch', namespace: 'n', name: 'a', fieldSelector: '' },
    ],
    ['POST', '/apis/g/v/proxy/flunders/a/b', { verb: 'proxy', name: 'a', subresource: '' }],
    ['GET', `${flunders}/a%2Fb`, { name: 'a', subresource: 'b' }],
    ['GET', `https://host:1${flunders}/a`, { name: 'a', path: `${flunders}/a` }],
  ]
  for (const [method, url, expected] of cases)
    it(`reads ${method} ${url}`, () =>
      expect(parseRequestInfo(method, url)).to.include.deep.keys(Object.keys(expected)).and.deep.include(expected))

  for (const [query, verb] of [
    ['watch', 'watch'],
    ['watch=', 'watch'],
    ['watch=nonsense', 'watch'],
    ['watch=1', 'watch'],
    ['watch=0', 'list'],
    ['watch=False', 'list'],
    ['watch=true&limit=x', 'watch'],
    ['watch=0&watch=1', 'list'],
    ['', 'list'],
  ] as const)
    it(`?${query} is a ${verb}`, () => expect(parseRequestInfo('GET', `${flunders}?${query}`).verb).to.equal(verb))

  for (const [query, name] of [
    ['fieldSelector=metadata.name%3Dx', 'x'],
    ['fieldSelector=metadata.name%3D%3Dx,metadata.namespace%3Dy', 'x'],
    ['fieldSelector=metadata.name!%3Dx', ''],
    ['fieldSelector=metadata.name%3Da%2Fb', ''],
    ['fieldSelector=metadata.name%3D..', ''],
    ['fieldSelector=metadata.name', ''],
    ['fieldSelector=metadata.name%3Dx&limit=abc', ''],
    ['fieldSelector=metadata.name%3Dx&limit=', ''],
    ['fieldSelector=metadata.name%3Dx&labelSelector=a%20in', ''],
    ['watch=1&fieldSelector=metadata.name%3Dx', 'x'],
  ] as const)
    it(`?${query} is about the name ${JSON.stringify(name)}`, () =>
      expect(parseRequestInfo('GET', `${flunders}?${query}`).name).to.equal(name))

  it('takes no name from the selector of a deletecollection', () => {
    const info = parseRequestInfo(
      'DELETE',
      `${flunders}?fieldSelector=metadata.name%3Dx&labelSelector=a&labelSelector=b`,
    )
    expect(info).to.include({
      verb: 'deletecollection',
      name: '',
      fieldSelector: 'metadata.name=x',
      labelSelector: 'a',
    })
  })

  it('keeps no selectors of a read by name', () =>
    expect(parseRequestInfo('GET', `${flunders}/a?fieldSelector=x%3Dy`).fieldSelector).to.equal(''))

  for (const verb of ['watch', 'proxy'])
    it(`throws for /${verb} with nothing behind it`, () =>
      expect(() => parseRequestInfo('GET', `/apis/g/v/${verb}?x=1`)).to.throw(
        RequestInfoError,
        `unable to determine kind and namespace from url, /apis/g/v/${verb}?x=1`,
      ))
})
