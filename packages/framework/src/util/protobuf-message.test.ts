import { expect } from 'chai'
import fc from 'fast-check'
import { MessageReader, MessageWriter } from './protobuf-message.ts'

describe('MessageWriter', () => {
  it('writes what protobuf prescribes', () => {
    const bytes = new MessageWriter(0)
      .message(3, (writer) => writer.string(2, 'testing').int(1, 150))
      .int(2, -1)
      .bool(1, true)
      .finish()
    expect(bytes.toString('hex')).to.equal('0801' + '10ffffffffffffffffff01' + '1a0c' + '089601' + '120774657374696e67')
  })

  it('leaves out zeros, but for a oneof', () => {
    const writer = new MessageWriter().int(1, 0).bool(2, false).bytes(3, Buffer.alloc(0)).int(4, 0, { always: true })
    expect([...writer.finish()]).to.deep.equal([0x20, 0])
  })
})

describe('MessageReader', () => {
  it('reads what was written, whatever the sizes', () => {
    const value = fc.record({
      int: fc.maxSafeInteger(),
      big: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 2000 }),
      text: fc.string({ minLength: 1, unit: 'grapheme' }),
      flag: fc.boolean(),
    })
    fc.assert(
      fc.property(value, fc.integer({ min: 1, max: 2 ** 29 - 1 }), ({ int, big, bytes, text, flag }, field) => {
        const writer = new MessageWriter(1)
        writer.message(field, (nested) => nested.string(5, text).bytes(4, Buffer.from(bytes)).bool(3, flag))
        writer.int(2, big, { always: true }).int(1, int, { always: true })
        const reader = new MessageReader(writer.finish())
        expect(reader.next()).to.equal(1)
        expect(reader.int()).to.equal(int)
        expect(reader.next()).to.equal(2)
        expect(reader.bigint()).to.equal(big)
        expect(reader.next()).to.equal(field)
        const nested = reader.message()
        if (flag) {
          expect(nested.next()).to.equal(3)
          expect(nested.bool()).to.equal(true)
        }
        expect(nested.next()).to.equal(4)
        expect(nested.bytes().equals(Buffer.from(bytes))).to.equal(true)
        expect(nested.next()).to.equal(5)
        expect(nested.string()).to.equal(text)
        expect(nested.next()).to.equal(0)
        expect(reader.next()).to.equal(0)
      }),
    )
  })

  it('passes over fields that it does not know', () => {
    const reader = new MessageReader(Buffer.from('0901020304050607081201ff1d0102030420961028' + '07', 'hex'))
    const seen: number[] = []
    for (let field = reader.next(); field; field = reader.next()) {
      seen.push(field)
      if (field === 5) expect(reader.int()).to.equal(7)
      else reader.skip()
    }
    expect(seen).to.deep.equal([1, 2, 3, 4, 5])
  })

  it('throws for what is no protobuf, and never reads beyond the end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const reader = new MessageReader(Buffer.from(bytes))
        try {
          for (let n = 0; reader.next(); n++) {
            expect(n).to.be.below(60)
            reader.skip()
          }
        } catch (error) {
          expect((error as Error).message).to.match(/^protobuf: /)
        }
      }),
    )
    for (const hex of ['08', '0a05ff', '0b', '00', '08ffffffffffffffffffff01'])
      expect(() => {
        const reader = new MessageReader(Buffer.from(hex, 'hex'))
        reader.next()
        reader.skip()
      }, hex).to.throw(/^protobuf: /)
    const large = new MessageReader(new MessageWriter().int(1, 2n ** 60n).finish())
    large.next()
    expect(() => large.int()).to.throw('beyond 2^53')
  })
})
