import { expect } from 'chai'
import { format } from 'prettier'
import { literal, quoted, sourceText, type Source } from './source-text.ts'

const style = { parser: 'typescript', semi: false, singleQuote: true, printWidth: 120, trailingComma: 'all' } as const

describe('sourceText', () => {
  const sources: Readonly<Record<string, Source>> = {
    short: { call: 'Type.Object', args: [{ members: [['a', 'Type.String()']] }] },
    'a last object that stays at its call': {
      call: 'Type.String',
      args: [literal({ pattern: 'x'.repeat(70), description: 'y'.repeat(60) })],
    },
    'two objects': {
      call: 'Type.Object',
      args: [literal({ first: 'x'.repeat(70) }), literal({ description: 'y'.repeat(60), 'odd-name': [1, true, null] })],
    },
    'calls in calls': {
      call: 'Type.Optional',
      args: [{ call: 'Type.Array', args: [{ call: 'Type.String', args: [literal({ description: 'z'.repeat(95) })] }] }],
    },
    'members that are spread, and names that stand for themselves': {
      call: 'Type.Object',
      args: [
        {
          members: [
            ['short', 'short'],
            ['long', 'x'.repeat(90)],
            ['...', { call: 'rules', args: [literal({ rule: 'y'.repeat(110) })] }],
          ],
        },
      ],
    },
    'several objects of a call': {
      call: 'rules',
      args: [literal({ rule: 'y'.repeat(70) }), literal({ rule: 'z'.repeat(70) })],
    },
    'a list before an object': {
      call: 'Enum',
      args: [literal(['a', 'b']), literal({ default: 'a', description: 'y'.repeat(95) })],
    },
  }
  for (const [name, source] of Object.entries(sources))
    it(`lays out as prettier does: ${name}`, async () => {
      const text = `const x = ${sourceText(source, 0, 10)}\n`
      expect(await format(text, style)).to.equal(text)
    })
})

describe('quoted', () => {
  it('writes what JavaScript reads as the same text', () => {
    for (const text of ['', "it's", '"', `both ' and "`, 'a\nb', '\\d+\\.', '\u2028', '${x}', '`'])
      expect((0, eval)(quoted(text)), quoted(text)).to.equal(text)
  })
})
