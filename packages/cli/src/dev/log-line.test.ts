import { stripVTControlCharacters } from 'node:util'
import { expect } from 'chai'
import { logLine } from './log-line.ts'

const shown = (line: string): string => stripVTControlCharacters(logLine(line))

describe('logLine', () => {
  it('leaves out what is the same in every line', () => {
    const line = JSON.stringify({
      level: 30,
      time: 0,
      pid: 7,
      hostname: 'vm',
      controller: 'order',
      workers: 2,
      msg: 'Go',
    })
    expect(shown(line)).to.match(/^\d\d:\d\d:\d\d INFO Go controller=order workers=2$/)
  })

  it('shows where an error comes from', () => {
    const err = { type: 'Error', message: 'boom', stack: 'Error: boom\n    at x.ts:1:2' }
    expect(shown(JSON.stringify({ level: 50, time: 0, err, msg: 'Failed' }))).to.match(
      /ERROR Failed\nError: boom\n {4}at x.ts:1:2$/,
    )
  })

  it('leaves everything else as it is', () => {
    for (const line of ['Ready at https://127.0.0.1:8443', '', '{"level":30', '{"kind":"Order"}'])
      expect(logLine(line)).to.equal(line)
  })
})
