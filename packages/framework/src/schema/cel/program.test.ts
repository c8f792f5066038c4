import { expect } from 'chai'
import fc from 'fast-check'
import { CostLimitError, EvaluationError, ExpressionError } from './cel-error.ts'
import { formatType, listOf, mapOf, objectType, optionalOf, types, type CelType } from './cel-type.ts'
import { CostMeter } from './cost.ts'
import { kubernetesEnvironment } from './environment.ts'
import { compile } from './program.ts'
import { List, type Value } from './value.ts'

function run(source: string, variables: Record<string, [type: CelType, value: Value]> = {}, limit = 1e6): Value {
  const names = Object.entries(variables)
  const environment = kubernetesEnvironment(new Map(names.map(([name, [type]]) => [name, type])))
  return compile(source, environment).evaluate(
    names.map(([, [, value]]) => value),
    new CostMeter(limit),
  )
}

const all = (expressions: readonly string[]): void => {
  for (const expression of expressions) it(expression, () => expect(run(expression)).to.equal(true))
}

const fails = (cases: Readonly<Record<string, string>>): void => {
  for (const [expression, message] of Object.entries(cases))
    it(`${expression}: ${message}`, () => expect(() => run(expression)).to.throw(EvaluationError, message))
}

const wrong = (cases: Readonly<Record<string, string>>): void => {
  for (const [expression, message] of Object.entries(cases))
    it(`${expression}: ${message}`, () => expect(() => run(expression)).to.throw(ExpressionError, message))
}

describe('compile: the language', () => {
  all([
    '1 + 2 * 3 == 7 && -(1) == -1 && !false',
    '9223372036854775807 > 0 && -9223372036854775808 < 0',
    "'a' in ['a', 'b'] && !('c' in {'a': 1})",
    "r'\\d' == '\\\\d' && '''a\nb''' == 'a\\nb' && b'\\xff' == b'\\377'",
    'true ? 1 < 2.5 : false',
    '(1 / 0 == 1 || true) && !(1 / 0 == 1 && false)',
    '[1, 2, 3].all(x, x > 0) && [1, 2].exists_one(x, x == 1) && [0, 1].exists(x, 1 / x == 1)',
    "{'a': 1}.all(k, k == 'a') && {'a': 1}.exists(k, v, k == 'a' && v == 1)",
    '[1, 2, 3].filter(x, x > 1).map(x, x * 2) == [4, 6] && [1, 2].map(x, x > 1, x) == [2]',
    '[5, 6].transformList(i, v, i + v) == [5, 7]',
    "{'a': 1}.transformMap(k, v, v + 1) == {'a': 2} && [7].transformMapEntry(i, v, {v: i}) == {7: 0}",
    "{'a': 1}.?b.orValue(2) == 2 && [1][?5].hasValue() == false && {?'x': optional.none()} == {}",
    'optional.of(1).optMap(x, x + 1).value() == 2 && optional.of(3).orValue(1 / 0) == 3',
    'cel.bind(x, 2, x * x) == 4',
    "type(1) == int && type('') == string && type(timestamp('2020-01-01T00:00:00Z')) == google.protobuf.Timestamp",
    "duration('1h30m') == duration('90m') && string(duration('1.5s')) == '1.5s' && duration('90m').getHours() == 1",
    "timestamp('2023-02-03T04:05:06.7+01:00').getHours() == 3",
    "timestamp('2023-07-03T04:05:06Z').getHours('America/New_York') == 0",
    "timestamp('2023-01-01T00:00:00Z') + duration('24h') == timestamp('2023-01-02T00:00:00Z')",
    'dyn(1) == 1.0 && dyn(1u) == 1 && !(dyn(1) == dyn("1"))',
  ])
  fails({
    '1 / 0 == 1': 'division by zero',
    '1 % 0 == 1': 'modulus by zero',
    '9223372036854775807 + 1 > 0': 'integer overflow',
    '[1][3] == 1': 'index out of bounds: 3',
    "{'a': 1}['b'] == 1": 'no such key: b',
    "dyn('a') > 1": 'no such overload',
    'size(dyn(1)) == 1': 'no such overload: size(int)',
    'optional.none().value() == 1': 'optional.none() dereference',
    '[0, 0].all(x, 1 / x == 1)': 'division by zero',
    "timestamp(dyn('x')) == timestamp('2020-01-01T00:00:00Z')": 'invalid timestamp',
  })
  wrong({
    "1 + 'a'": "found no matching overload for '_+_' applied to '(int, string)'",
    'x == 1': "undeclared reference to 'x'",
    'foo(1)': "undeclared reference to 'foo'",
    "'a'.size(1)": "found no matching overload for 'size' applied to 'string.(int)'",
    "[1, 'a'] == []": "expected type 'int' but found 'string'",
    'has(1)': 'invalid argument to has() macro',
    '[1].all(1, true)': 'argument must be a simple name',
    '[1].all(x, x)': "expected type 'bool' but found 'int'",
    '1 +': 'Syntax error',
    "'a": 'token recognition error',
    'for == 1': 'reserved identifier: for',
    '9223372036854775808 > 1': 'invalid int literal',
    'Foo{a: 1} == 1': "undeclared reference to 'Foo'",
    "'a'.matches('(')": 'invalid matches argument',
    "duration('x') > duration('1s')": 'invalid duration argument',
    "timestamp('x') == timestamp('y')": 'invalid timestamp argument',
    "'a'.a": "type 'string' does not support field selection",
    '1.all(x, true)': 'cannot be range',
  })

  it('refuses what is nested too deep, and says so', () => {
    expect(() => run(`${'('.repeat(1000)}1${')'.repeat(1000)}`)).to.throw(ExpressionError, 'recursion limit')
    expect(() => run('1+'.repeat(40_000) + '1')).to.throw(ExpressionError, 'too deep')
  })

  it('knows the fields of objects', () => {
    const inner = objectType('self.b', new Map([['c', types.string]]))
    const self = objectType(
      'self',
      new Map<string, CelType>([
        ['a', types.int],
        ['b', inner],
      ]),
    )
    const environment = kubernetesEnvironment(new Map([['self', self]]))
    expect(formatType(compile('[self.b.?c]', environment).type)).to.equal('list(optional_type(string))')
    expect(compile('self.b.c', environment).type.name).to.equal('string')
    expect(() => compile('self.x', environment)).to.throw(ExpressionError, "undefined field 'x'")
    expect(() => compile('self.a == self.b.c', environment)).to.throw(ExpressionError, "applied to '(int, string)'")
    expect([...compile('self.a == 1', environment).uses]).to.deep.equal(['self'])
  })

  it('tells the type of the whole', () => {
    const environment = kubernetesEnvironment(new Map([['m', mapOf(types.string, listOf(types.int))]]))
    const typed = (source: string): string => formatType(compile(source, environment).type)
    expect(typed("m['a']")).to.equal('list(int)')
    expect(typed('m.map(k, m[k])')).to.equal('list(list(int))')
    expect(typed("m[?'a'].optMap(l, l.size())")).to.equal(formatType(optionalOf(types.int)))
    expect(typed('[]')).to.equal('list(dyn)')
    expect(typed("format.named('uri')")).to.equal('optional_type(kubernetes.NamedFormat)')
  })

  it('names the place of what is wrong', () => {
    try {
      run("true &&\n  1 == 'a'")
      expect.fail()
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error
      expect(error.describe("true &&\n  1 == 'a'")).to.match(/^2:5: found no matching overload .*: 1 == 'a'$/)
    }
  })
})

describe('compile: cost', () => {
  const numbers: [CelType, Value] = [listOf(types.int), new List(Array.from({ length: 300 }, (_, i) => BigInt(i)))]

  it('stops what costs too much, and nothing absorbs that', () => {
    const nested = 'self.all(a, self.all(b, self.all(c, a + b + c >= 0)))'
    expect(() => run(nested, { self: numbers })).to.throw(CostLimitError)
    expect(() => run(`true || ${nested}`, { self: numbers })).not.to.throw()
    expect(() => run(`${nested} || true`, { self: numbers })).to.throw(CostLimitError)
    expect(() => run(`[1].exists(x, ${nested})`, { self: numbers })).to.throw(CostLimitError)
  })

  it('stops before it builds what is too large', () => {
    expect(() => run('lists.range(100000000).size() > 0')).to.throw(CostLimitError)
    const doubled = `cel.bind(a, 'x' + 'x', ${'cel.bind(a, a + a, '.repeat(40)}a.size() > 0${')'.repeat(41)}`
    expect(() => run(doubled)).to.throw(CostLimitError)
  })

  it('counts as cel-go does', () => {
    const cost = (source: string): number => {
      const meter = new CostMeter(1e6)
      compile(source, kubernetesEnvironment(new Map([['self', listOf(types.int)]]))).evaluate([numbers[1]], meter)
      return meter.spent
    }
    expect(cost('1 == 1')).to.equal(1)
    expect(cost('self[0] == 1')).to.equal(3)
    expect(cost("'aaaaaaaaaaaaaaaaaaaaa'.contains('aaaaaaaaaaa')")).to.equal(6)
    expect(cost('[1, 2].size() == 2')).to.equal(12)
    expect(cost('1 in self')).to.equal(301)
  })
})

describe('compile: libraries', () => {
  it('does not slow down over patterns that backtrack', () => {
    const text = `${'a'.repeat(20_000)}!`
    const begin = performance.now()
    for (const pattern of ['(a+)+$', '(a|aa)+$', '^(([a-z])+.)+[A-Z]([a-z])+$'])
      expect(run(`'${text}'.matches('${pattern}')`)).to.equal(false)
    expect(performance.now() - begin).to.be.lessThan(2000)
  })

  all([
    "'tacocat'.charAt(3) == 'o' && 'tacocat'.indexOf('a', 3) == 5 && 'tacocat'.lastIndexOf('a') == 5",
    "'TacoCat'.lowerAscii() == 'tacocat' && ' a '.trim() == 'a' && 'hello'.replace('l', 'x', 1) == 'hexlo'",
    "'a,b,c'.split(',', 2) == ['a', 'b,c'] && ['a', 'b'].join('-') == 'a-b' && 'héllo'.substring(1, 3) == 'él'",
    "'%s is %d (%.1f)'.format([dyn('x'), 1, 2.5]) == 'x is 1 (2.5)'",
    "'abc 123'.find('[0-9]+') == '123' && '1 2 3'.findAll('[0-9]', 2) == ['1', '2'] && 'xab'.matches('a')",
    '[1, 2, 2].isSorted() && [3, 1].max() == 3 && [3, 1].min() == 1 && [1, 2].sum() == 3 && [1, 2, 1].lastIndexOf(1) == 2',
    "[3, 1, 2].sort() == [1, 2, 3] && ['aa', 'b'].sortBy(x, x.size()) == ['b', 'aa'] && [1, 1].distinct() == [1]",
    '[[1], [2, 3]].flatten() == [1, 2, 3] && [1, 2, 3].slice(1, 2) == [2] && lists.range(2) == [0, 1]',
    'sets.contains([1, 2], [2]) && sets.equivalent([1, 2, 2], [2, 1]) && !sets.intersects([1], [2])',
    "url('https://example.com/a b/').getEscapedPath() == '/a%20b/' && !isURL('../relative') && isURL('/absolute')",
    "url('https://example.com:80/a?q=1&q=2').getQuery() == {'q': ['1', '2']}",
    "url('https://[::1]:80/').getHostname() == '::1' && url('https://[::1]:80/').getHost() == '[::1]:80'",
    "url('https://h:80/').getPort() == '80' && url('HTTPS://h/').getScheme() == 'https' && url('/x/y').getEscapedPath() == '/x/y'",
    "isQuantity('1.3Gi') && !isQuantity('200K') && quantity('1.5G').isGreaterThan(quantity('1Gi'))",
    "quantity('50k').asInteger() == 50000 && !quantity('0.5').isInteger() && quantity('50k').add(20) == quantity('50020')",
    "quantity('8192Mi').compareTo(quantity('8Gi')) == 0 && sign(quantity('-1')) == -1 && quantity('1e3') == quantity('1k')",
    "isIP('::1') && !isIP('01.2.3.4') && ip('127.0.0.1').isLoopback() && ip('10.0.0.1').isGlobalUnicast()",
    "ip.isCanonical('2001:db8::abcd') && !ip.isCanonical('2001:DB8::ABCD') && string(ip('2001:db8:0:0::1')) == '2001:db8::1'",
    "ip('fe80::1').isLinkLocalUnicast() && ip('224.0.0.9').isLinkLocalMulticast() && ip('::').isUnspecified() && !isIP('::ffff:1.2.3.4')",
    "cidr('192.168.0.0/16').containsIP('192.168.1.1') && cidr('10.0.0.0/8').containsCIDR(cidr('10.1.0.0/16'))",
    "cidr('192.168.1.1/24').masked() == cidr('192.168.1.0/24') && cidr('::1/128').ip().family() == 6 && !isCIDR('1.2.3.4/33')",
    "!format.dns1123Label().validate('my-name').hasValue() && format.dns1123Label().validate('No').value().size() == 1",
    "!format.named('nothing').hasValue() && format.named('uuid').value().validate('x').value() == ['does not match the UUID format']",
    "semver('1.2.3').isLessThan(semver('1.10.0')) && semver('1.0.0-rc.1').compareTo(semver('1.0.0')) == -1",
    "isSemver('v1.0', true) && !isSemver('v1.0') && semver('01.01.01', true).patch() == 1",
    'math.greatest(1, 2.5) == 2.5 && math.least([3, 1]) == 1 && math.abs(-2) == 2 && math.bitShiftRight(8, 1) == 4',
    "base64.decode(base64.encode(b'hi')) == b'hi' && strings.quote('a\"b') == '\"a\\\\\"b\"'",
  ])
  fails({
    "'a'.charAt(5) == ''": 'index out of range: 5',
    "quantity('x') == quantity('1')": 'quantities must match',
    "ip('x') == ip('::1')": 'parse error',
    "url('x').getHost() == ''": 'URL parse error during conversion from string',
    '[1].filter(x, x > 1).max() == 1': 'max called on empty list',
  })

  it('adds and compares quantities as numbers do', () => {
    const amount = fc.integer({ min: -1_000_000, max: 1_000_000 })
    fc.assert(
      fc.property(amount, amount, (a, b) => {
        const sum = `quantity('${String(a)}m').add(quantity('${String(b)}m')) == quantity('${String(a + b)}m')`
        const order = `quantity('${String(a)}m').compareTo(quantity('${String(b)}m')) == ${String(Math.sign(a - b))}`
        return run(sum) === true && run(order) === true
      }),
      { numRuns: 50 },
    )
  })
})
