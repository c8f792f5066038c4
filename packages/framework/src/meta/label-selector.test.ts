import { expect } from 'chai'
import fc from 'fast-check'
import { LabelSelector } from './label-selector.ts'
import { StatusError } from './status.ts'

const name = `name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`
const value = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`
const requirement = 'unable to parse requirement: '

const refusal = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    expect(error).to.be.instanceOf(StatusError)
    if (error instanceof StatusError) {
      expect(error.code).to.equal(400)
      return error.message
    }
  }
  return 'accepted'
}

describe('LabelSelector.parse', () => {
  for (const [text, message] of [
    ['=', "found '=', expected: !, identifier, or 'end of string'"],
    ['(', "found '(', expected: !, identifier, or 'end of string'"],
    [',a', "found ',', expected: !, identifier, or 'end of string'"],
    ['!=a', "found '!=', expected: !, identifier, or 'end of string'"],
    ['a,', "found '', expected: identifier after ','"],
    ['a=b,', "found '', expected: identifier after ','"],
    ['a,,b', "found ',', expected: identifier after ','"],
    ['a=b=c', "found '=', expected: ',' or 'end of string'"],
    ['a==b==c', "found '==', expected: ',' or 'end of string'"],
    ['a=b c', "found 'c', expected: ',' or 'end of string'"],
    ['!a=b', "found '=', expected: ',' or 'end of string'"],
    ['a b', `${requirement}found 'b', expected: in, notin, =, ==, !=, gt, lt`],
    ['a!b', `${requirement}found '!', expected: in, notin, =, ==, !=, gt, lt`],
    ['!', `${requirement}found '', expected: identifier`],
    ['!!a', `${requirement}found '!', expected: identifier`],
    ['n>=5', `${requirement}found '=', expected: identifier`],
    ['a in b', `${requirement}found 'b' expected: '('`],
    ['a in (b', `${requirement}found '', expected: ',' or ')'`],
    ['a in (b c)', `${requirement}found 'c', expected: ',' or ')'`],
    ['a in (b!)', `${requirement}found '!', expected: ',' or ')'`],
    ['a in (', `${requirement}found '', expected: ',', ')' or identifier`],
    ['a in (b,', `${requirement}found '', expected: ',', or identifier`],
    ['-x', `${requirement}<nil>: Invalid value: "-x": ${name}`],
    ['"a"=b', `${requirement}<nil>: Invalid value: "\\"a\\"": ${name}`],
    ['a/=b', `${requirement}<nil>: Invalid value: "a/": name part must be non-empty; ${name}`],
    ['a=-b', `${requirement}values[0][a]: Invalid value: "-b": ${value}`],
    ['a in (b,-c)', `${requirement}values[0][a]: Invalid value: "-c": ${value}`],
    ['a>b', `${requirement}values[0]: Invalid value: "b": for 'Gt', 'Lt' operators, the value must be an integer`],
    ['a>', `${requirement}values[0]: Invalid value: "": for 'Gt', 'Lt' operators, the value must be an integer`],
    [
      'a<-',
      `${requirement}[values[0]: Invalid value: "-": for 'Gt', 'Lt' operators, the value must be an integer, values[0][a]: Invalid value: "-": ${value}]`,
    ],
  ] as const)
    it(`answers 400 to ${text}`, () => {
      expect(refusal(() => LabelSelector.parse(text))).to.equal(message)
    })

  it('writes the canonical text', () => {
    for (const [text, canonical] of [
      ['', ''],
      [' \t', ''],
      [' b = c , !a ', '!a,b=c'],
      ['z,a==b', 'a==b,z'],
      ['x in (c,b,c)', 'x in (b,c)'],
      ['x notin(a)', 'x notin (a)'],
      ['x in ()', 'x in ()'],
      ['x in (,a)', 'x in (,a)'],
      ['x in (a,,b)', 'x in (,a,b)'],
      ['x in (a,)', 'x in (,a)'],
      ['in in (in,notin)', 'in in (in,notin)'],
      ['notin', 'notin'],
      ['a=in', 'a=in'],
      ['a=,b', 'a=,b'],
      ['n>1,m<2', 'm<2,n>1'],
    ] as const)
      expect(LabelSelector.parse(text).toString(), text).to.equal(canonical)
    expect(LabelSelector.parse('').empty).to.equal(true)
    expect(LabelSelector.parse('a').empty).to.equal(false)
  })

  it('reads what it writes', () => {
    const word = fc.stringMatching(/^[a-z0-9]([-a-z0-9_.]{0,8}[a-z0-9])?$/)
    const operand = fc.oneof(
      fc.tuple(word, fc.constantFrom('=', '==', '!='), word).map((parts) => parts.join('')),
      fc
        .tuple(word, fc.constantFrom('in', 'notin'), fc.array(word, { minLength: 1, maxLength: 4 }))
        .map(([key, operator, values]) => `${key} ${operator} ( ${values.join(' ,')})`),
      fc.tuple(fc.constantFrom('', '!'), word).map((parts) => parts.join('')),
      fc.tuple(word, fc.constantFrom('>', '<'), fc.nat()).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(fc.array(operand, { maxLength: 5 }), fc.dictionary(word, word), (terms, labels) => {
        const selector = LabelSelector.parse(terms.join(','))
        const again = LabelSelector.parse(selector.toString())
        expect(again.toString()).to.equal(selector.toString())
        expect(again.matches(labels)).to.equal(selector.matches(labels))
        expect(selector.requirements).to.have.length(terms.length)
      }),
    )
  })

  it('fails only with a 400', () => {
    const piece = fc.constantFrom(
      'a',
      'in',
      'notin',
      '(',
      ')',
      ',',
      '=',
      '==',
      '!',
      '!=',
      '<',
      '>',
      ' ',
      '\0',
      '-',
      '/',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        refusal(() => LabelSelector.parse(pieces.join('')))
      }),
    )
  })
})

describe('LabelSelector.matches', () => {
  const labels = { app: 'web', n: '10', big: '9007199254740993', empty: '' }
  for (const [text, matches] of [
    ['', true],
    ['app', true],
    ['!app', false],
    ['!other', true],
    ['app=web', true],
    ['app==db', false],
    ['app!=web', false],
    ['other!=web', true],
    ['app in (db,web)', true],
    ['other in (web)', false],
    ['app notin (web)', false],
    ['other notin (web)', true],
    ['empty=', true],
    ['other=', false],
    ['empty in ()', true],
    ['n>9', true],
    ['n>10', false],
    ['n<11', true],
    ['app>1', false],
    ['other<1', false],
    ['big>9007199254740992', true],
    ['toString', false],
    ['app=web,n>9', true],
    ['app=web,n>10', false],
  ] as const)
    it(`says ${String(matches)} to '${text}'`, () => {
      expect(LabelSelector.parse(text).matches(labels)).to.equal(matches)
    })

  it('takes no labels for none', () => {
    expect(LabelSelector.everything.matches(undefined)).to.equal(true)
    expect(LabelSelector.parse('!a').matches(undefined)).to.equal(true)
    expect(LabelSelector.parse('a').matches(undefined)).to.equal(false)
  })
})

describe('LabelSelector.fromObject', () => {
  it('joins labels and expressions', () => {
    const selector = LabelSelector.fromObject({
      matchLabels: { b: 'c' },
      matchExpressions: [
        { key: 'a', operator: 'NotIn', values: ['y', 'x'] },
        { key: 'd', operator: 'Exists' },
        { key: 'e', operator: 'DoesNotExist' },
      ],
    })
    expect(selector.toString()).to.equal('a notin (x,y),b=c,d,!e')
    expect(selector.matches({ b: 'c', d: '' })).to.equal(true)
    expect(LabelSelector.fromObject({}).empty).to.equal(true)
  })

  it('answers 400 to what is no selector', () => {
    expect(refusal(() => LabelSelector.fromObject({ matchExpressions: [{ key: 'a', operator: 'Gt' }] }))).to.equal(
      '"Gt" is not a valid label selector operator',
    )
    expect(refusal(() => LabelSelector.fromObject({ matchExpressions: [{ key: 'a', operator: 'In' }] }))).to.equal(
      "values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty",
    )
    expect(refusal(() => LabelSelector.fromObject({ matchLabels: { '-': 'b' } }))).to.equal(
      `key: Invalid value: "-": ${name}`,
    )
  })
})
