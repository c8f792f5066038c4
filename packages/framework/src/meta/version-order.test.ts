import { expect } from 'chai'
import { compareKubeVersions } from './version-order.ts'

describe('compareKubeVersions', () => {
  it('puts stable before beta before alpha before other names, newer first', () => {
    const versions = ['foo10', 'v1alpha2', 'v3beta1', 'v12alpha1', 'v1', 'foo1', 'v10', 'v11beta2', 'v2', 'v11alpha2']
    expect(versions.sort(compareKubeVersions)).to.deep.equal([
      'v10',
      'v2',
      'v1',
      'v11beta2',
      'v3beta1',
      'v12alpha1',
      'v11alpha2',
      'v1alpha2',
      'foo1',
      'foo10',
    ])
  })
})
