import { expect } from 'chai'
import { klogLine } from './server-log.ts'

describe('klogLine', () => {
  const line = (entry: object): string =>
    klogLine(JSON.stringify({ time: Date.UTC(2026, 10, 25, 8, 51, 13, 214), pid: 42, hostname: 'h', ...entry }))
  it('is what klog writes: severity, time, process, message, values', () => {
    expect(line({ level: 30, msg: 'HTTP', verb: 'GET', resp: 200 })).to.equal(
      'I1125 08:51:13.214000      42 server] "HTTP" verb="GET" resp=200\n',
    )
  })
  it('tells of a failure in one line, without its stack', () => {
    const err = { type: 'Error', message: 'no "way"\nout', stack: 'Error: …\n at …' }
    expect(line({ level: 50, msg: 'failed', err })).to.equal(
      'E1125 08:51:13.214000      42 server] "failed" err="no \\"way\\"\\nout"\n',
    )
  })
})
