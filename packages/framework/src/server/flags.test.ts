import { expect } from 'chai'
import { FlagError, readFlags } from './flags.ts'

describe('readFlags', () => {
  it('reads flags in both spellings', () => {
    expect(readFlags(['--secure-port', '7443', '--data-dir=/tmp/x', '--request-timeout', '1m30s'])).to.deep.equal({
      securePort: 7443,
      dataDir: '/tmp/x',
      requestTimeoutSeconds: 90,
    })
  })
  it('says which flag is unknown and what to type', () => {
    expect(() => readFlags(['--secure-prt', '1'])).to.throw(FlagError, /'--secure-prt'[^]*--help/)
  })
  it('refuses what is no port, no number, no duration', () => {
    expect(() => readFlags(['--secure-port', 'x'])).to.throw(FlagError, '"x" for "--secure-port": not a whole number')
    expect(() => readFlags(['--secure-port', '65536'])).to.throw(FlagError, 'ports end at 65535')
    expect(() => readFlags(['--request-timeout', '5'])).to.throw(FlagError, 'missing unit in duration')
  })
  it('wants a certificate and its key together', () => {
    expect(() => readFlags(['--tls-cert-file', 'a'])).to.throw(FlagError, 'go together')
  })
})
