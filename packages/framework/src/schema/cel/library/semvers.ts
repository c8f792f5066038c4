import { EvaluationError } from '../cel-error.ts'
import { overFirst } from '../cost.ts'
import { global, member, type Overload } from '../overload.ts'
import { Opaque, type Value } from '../value.ts'

const typeName = 'kubernetes.Semver'

/** A semantic version; what it was built of does not tell two apart. */
class Semver extends Opaque {
  override readonly typeName = typeName
  readonly numbers: readonly bigint[]
  readonly prerelease: readonly string[]

  constructor(numbers: readonly bigint[], prerelease: readonly string[]) {
    super()
    this.numbers = numbers
    this.prerelease = prerelease
  }

  equals(other: Opaque): boolean {
    return other instanceof Semver && compare(this, other) === 0
  }
}

/** Source: apiserver cel/library/semverlib.go. */
export const semvers: readonly Overload[] = [
  global('semver', ['string'], typeName, (text) => semver(text), overFirst()),
  global(
    'semver',
    ['string', 'bool'],
    typeName,
    (text, normalized) => semver(normalized ? normalize(text) : text),
    overFirst(),
  ),
  global('isSemver', ['string'], 'bool', (text) => parse(text) !== undefined, overFirst()),
  global(
    'isSemver',
    ['string', 'bool'],
    'bool',
    (text, normalized) => parse(normalized ? normalize(text) : text) !== undefined,
    overFirst(),
  ),
  member('isGreaterThan', [typeName, typeName], 'bool', (a, b) => compare(a, b) > 0),
  member('isLessThan', [typeName, typeName], 'bool', (a, b) => compare(a, b) < 0),
  member('compareTo', [typeName, typeName], 'int', (a, b) => BigInt(compare(a, b))),
  ...['major', 'minor', 'patch'].map((name, i) =>
    member(name, [typeName], 'int', (value) => (value instanceof Semver ? (value.numbers[i] ?? 0n) : 0n)),
  ),
]

const number = '(0|[1-9]\\d{0,18})'
const identifier = '(?:0|[1-9]\\d*|\\d*[A-Za-z-][0-9A-Za-z-]*)'
const form = new RegExp(
  `^${number}\\.${number}\\.${number}(?:-(${identifier}(?:\\.${identifier})*))?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?$`,
)

function parse(text: string): Semver | undefined {
  const [all, major = '0', minor = '0', patch = '0', prerelease] = form.exec(text) ?? []
  if (all === undefined) return undefined
  return new Semver([major, minor, patch].map(BigInt), prerelease === undefined ? [] : prerelease.split('.'))
}

function semver(text: string): Semver {
  const parsed = parse(text)
  if (!parsed) throw new EvaluationError(`${JSON.stringify(text)} is not a semantic version`)
  return parsed
}

/** Without `v` and leading zeros, with all three numbers. */
function normalize(text: string): string {
  const [first = '', second = '0', ...rest] = text.replace(/^v/, '').split('.')
  const third = rest.length ? rest.join('.') : '0'
  if (!rest.length && /[-+]/.test(text)) return ''
  return [first, second, third].map((part) => part.replace(/^0+(?=\d)/, '')).join('.')
}

/** -1, 0 or 1. */
function compare(a: Value, b: Value): number {
  if (!(a instanceof Semver) || !(b instanceof Semver)) return 0
  for (const [i, mine] of a.numbers.entries()) {
    const other = b.numbers[i] ?? 0n
    if (mine !== other) return mine < other ? -1 : 1
  }
  // A release comes after its prereleases.
  if (!a.prerelease.length || !b.prerelease.length) return Math.sign(b.prerelease.length - a.prerelease.length)
  for (const [i, mine] of a.prerelease.entries()) {
    const other = b.prerelease[i]
    if (other === undefined) return 1
    const order = compareIdentifiers(mine, other)
    if (order !== 0) return order
  }
  return a.prerelease.length < b.prerelease.length ? -1 : 0
}

/** Numbers by their worth, before all words. */
function compareIdentifiers(a: string, b: string): number {
  const [x, y] = [/^\d+$/.test(a), /^\d+$/.test(b)]
  if (x && y) return BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0
  if (x !== y) return x ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}
