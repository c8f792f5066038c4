import fs from 'node:fs'
import { expect } from 'chai'
import { parseJson } from '../../../util/json.ts'
import { decodeProtobuf, encodeProtobuf } from './index.ts'
import { groupDiscoveryForTest } from './messages.ts'
import { decodeMessage, encodeMessage } from './codec.ts'
describe('local go vectors', () => {
  for (const f of fs.readdirSync('/tmp/neg/td').filter((f) => f.endsWith('.pb')))
    it(f, () => {
      const pb = fs.readFileSync('/tmp/neg/td/' + f)
      const json: any = parseJson(fs.readFileSync('/tmp/neg/td/' + f.replace('.pb', '.json')))
      if (f.includes('APIGroupDiscovery')) {
        const at = pb.indexOf(Buffer.from([0x12]), 4 + 2 + (pb[5] ?? 0))
        let i = at + 1, len = 0, sh = 0
        for (;;) { const b = pb[i++]!; len |= (b & 127) << sh; sh += 7; if (b < 128) break }
        const raw = pb.subarray(i, i + len)
        expect(encodeMessage(groupDiscoveryForTest, json).toString('hex')).to.equal(raw.toString('hex'))
        const { apiVersion, kind, ...rest } = json
        expect(decodeMessage(groupDiscoveryForTest, raw)).to.deep.equal(rest)
        return
      }
      expect(encodeProtobuf(json)!.toString('hex')).to.equal(pb.toString('hex'))
      expect(decodeProtobuf(pb, { apiVersion: '', kind: '' })).to.deep.equal(json)
    })
})
