import { expect } from 'chai'
import type { JsonObject } from '../../util/json.ts'
import { eventText } from './backend.ts'
import { fitting } from './truncating.ts'

const event = (auditID: string, more: JsonObject = {}): JsonObject => ({
  kind: 'Event',
  level: 'RequestResponse',
  auditID,
  ...more,
})
const size = (each: JsonObject): number => Buffer.byteLength(eventText(each))
const large = { requestObject: { a: 'x'.repeat(500) }, responseObject: { b: 'y'.repeat(500) } }

describe('fitting', () => {
  const lost: string[] = []
  const all = (events: JsonObject[], maxEventBytes: number, maxBatchBytes = 1_000_000): JsonObject[][] => {
    lost.length = 0
    const onLost = ({ auditID }: JsonObject, error: Error): number =>
      lost.push(`${JSON.stringify(auditID)}: ${error.message}`)
    return [...fitting(events, { maxEventBytes, maxBatchBytes }, onLost)]
  }

  it('leaves events as they are that are not too large', () => {
    const small = event('1', { requestObject: { a: 1 } })
    expect(all([small], size(small))).to.deep.equal([[small]])
  })
  it('takes both bodies out of one that is too large, and says so', () => {
    const annotations = { 'authorization.k8s.io/decision': 'allow' }
    expect(all([event('1', { ...large, annotations })], 300)).to.deep.equal([
      [event('1', { annotations: { ...annotations, 'audit.k8s.io/truncated': 'true' } })],
    ])
    expect(lost).to.deep.equal([])
  })
  it('loses one that is too large all the same, or has no bodies', () => {
    const metadata = event('2', { level: 'Metadata', userAgent: 'x'.repeat(400) })
    expect(all([event('1', { ...large, userAgent: 'x'.repeat(400) }), metadata, event('3')], 300)).to.deep.equal([
      [event('3')],
    ])
    expect(lost).to.deep.equal([
      '"1": event is too large even after truncating',
      '"2": event is too large even after truncating',
    ])
  })
  it('makes batches that are not too large, in their order', () => {
    const five = ['1', '2', '3', '4', '5'].map((id) => event(id))
    const bytes = size(event('1'))
    expect(all(five, 1000, 2 * bytes).map((batch) => batch.length)).to.deep.equal([2, 2, 1])
    expect(all(five, 1000, 2 * bytes).flat()).to.deep.equal(five)
  })
})
