import { expect } from 'chai'
import { formatValidator, hasFormat } from './formats.ts'
import { compilePattern } from './reg-exp.ts'

const table: Record<string, readonly [good: readonly string[], bad: readonly string[]]> = {
  bsonobjectid: [['507f1f77bcf86cd799439011'], ['507f1f77bcf86cd79943901', 'x']],
  uri: [
    ['https://example.com/x?y=%zz', '/path', 'mailto:a@b', 'http://[::1]:80/', '*'],
    ['no scheme', '', 'x', 'http://a b/', 'http://a:x/', '/%zz', 'http://a\n/'],
  ],
  email: [
    ['a@example.com', 'A B <a@b>', '"a b"@c', "o'neil+x@d.e", 'é@b'],
    ['nobody', '@b', 'a@', 'a b@c', 'a@b.', 'A <a@b', ''],
  ],
  hostname: [
    ['www.example.com', 'a', '1a.example'],
    ['-x-', '', 'a..b', `${'a'.repeat(64)}.com`, 'a_b.com'],
  ],
  ipv4: [
    ['10.0.0.1', '010.0.0.1', '::ffff:1.2.3.4'],
    ['256.0.0.1', '1.2.3', '::1', ''],
  ],
  ipv6: [
    ['::1', 'fe80::1', '::ffff:1.2.3.4'],
    ['10.0.0.1', 'fe80::1%eth0', ':::', ''],
  ],
  cidr: [
    ['10.0.0.0/8', '::/0', 'fe80::/64'],
    ['10.0.0.0/33', '10.0.0.0', '/8', '::/129', '10.0.0.0/a'],
  ],
  mac: [
    ['01:23:45:67:89:ab', '01-23-45-67-89-AB', '0123.4567.89ab', '01:23:45:67:89:ab:cd:ef', '0123456789aB'],
    ['01:23:45:67:89', '01:23-45:67:89:ab', '012345'],
  ],
  uuid: [
    ['01234567-89AB-cdef-0123-456789abcdef', '0123456789abcdef0123456789abcdef'],
    ['12', ''],
  ],
  uuid4: [
    ['01234567-89ab-4def-8123-456789abcdef'],
    ['01234567-89ab-3def-8123-456789abcdef', '01234567-89ab-4def-0123-456789abcdef'],
  ],
  isbn: [
    ['0321751043', '978-0321751041'],
    ['0321751044', '978-0321751042'],
  ],
  creditcard: [['4111-1111-1111-1111'], ['4111-1111-1111-1112', '1']],
  ssn: [['123-45-6789'], ['123456789', '123-45-678']],
  hexcolor: [
    ['#fff', 'A0B1C2'],
    ['#ffff', 'red'],
  ],
  rgbcolor: [['rgb(255, 0,7)'], ['rgb(256,0,0)', 'rgb(1,2)']],
  byte: [
    ['YQ==', 'YWJj'],
    ['', 'YQ', 'Y*==', '=YWJ'],
  ],
  password: [['', 'anything'], []],
  date: [['2024-02-29'], ['2023-02-29', '2024-2-9', '2024-02-29T00:00:00Z']],
  duration: [
    ['1h30m', '1.5s', '22 ns', '3 days', '0'],
    ['', 'soon', '5', 'x'.repeat(1000)],
  ],
  'date-time': [
    ['2024-01-02T03:04:05Z', '2024-01-02t03:04:05.123+01:00'],
    ['2024-01-02', '2024-01-02T25:00:00Z', '2024-01-02T03:04:05', 'x'],
  ],
  'k8s-short-name': [['a-b'], ['A', 'a.b', '-a', 'a'.repeat(64)]],
  'k8s-long-name': [
    ['a-b.c', `${'a'.repeat(70)}.b`],
    ['A.b', 'a..b', 'a.-b', 'a'.repeat(254)],
  ],
}

describe('formatValidator', () => {
  for (const [format, [good, bad]] of Object.entries(table))
    it(`knows ${format}`, () => {
      const holds = formatValidator(format)
      for (const text of good) expect(holds?.(text), text).to.equal(true)
      for (const text of bad) expect(holds?.(text), text).to.equal(false)
    })

  it('knows no others', () => {
    expect(hasFormat('unheard-of')).to.equal(false)
    expect(formatValidator('')).to.equal(undefined)
  })

  it('takes no longer than the text is long', () => {
    const start = Date.now()
    for (const format of Object.keys(table))
      for (const text of [
        'a'.repeat(200_000),
        `${'1'.repeat(200_000)}!`,
        `${'a '.repeat(100_000)}<`,
        `"${'\\'.repeat(100_000)}`,
      ])
        formatValidator(format)?.(text)
    expect(Date.now() - start).to.be.below(5000)
  })
})

describe('compilePattern', () => {
  it('finds as Go does, whatever engine runs', () => {
    const cases: [pattern: string, good: string[], bad: string[]][] = [
      ['^[A-Z]{2}-[0-9]+$', ['AB-1'], ['AB-', 'xAB-1', 'AB-1\n']],
      ['^10\\.', ['10.1'], ['100']],
      ['b', ['abc'], ['ac']],
      ['^(a|b)+$', ['abab'], ['abc', '']],
      ['(?i)^x$', ['X'], ['y']],
      ['^\\pL+$', ['é'], ['1']],
      ['^.$', ['😀'], ['ab']],
      ['^[^a]$', ['😀'], ['a']],
    ]
    for (const [pattern, good, bad] of cases) {
      const matches = compilePattern(pattern)
      for (const text of good) expect(matches(text), `${pattern} ${text}`).to.equal(true)
      for (const text of bad) expect(matches(text), `${pattern} ${text}`).to.equal(false)
    }
  })

  it('does not slow down over patterns that backtrack', () => {
    const start = Date.now()
    for (const pattern of ['^(a+)+$', '^a*a*a*a*$', '(x+x+)+y'])
      compilePattern(pattern)(`${'a'.repeat(5000)}${'x'.repeat(5000)}!`)
    expect(Date.now() - start).to.be.below(3000)
  })

  it('refuses what Go cannot compile', () => {
    expect(() => compilePattern('(?=a)')).to.throw(TypeError, 'is not a regular expression')
    expect(() => compilePattern('(')).to.throw(TypeError)
  })
})
