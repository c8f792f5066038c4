import { EvaluationError } from '../cel-error.ts'
import { overFirst } from '../cost.ts'
import { global, member, type Overload } from '../overload.ts'
import { Opaque } from '../value.ts'

const typeName = 'kubernetes.Quantity'
const nano = 1_000_000_000n

/** An amount as Kubernetes writes it: `1.5Gi`, `100m`. */
class Quantity extends Opaque {
  override readonly typeName = typeName
  /** The smallest part that a quantity tells. */
  readonly nanos: bigint

  constructor(nanos: bigint) {
    super()
    this.nanos = nanos
  }

  equals(other: Opaque): boolean {
    return other instanceof Quantity && other.nanos === this.nanos
  }

  get whole(): bigint | undefined {
    const value = this.nanos / nano
    return this.nanos % nano === 0n && BigInt.asIntN(64, value) === value ? value : undefined
  }
}

/** Source: apiserver cel/library/quantity.go. */
export const quantities: readonly Overload[] = [
  global('quantity', ['string'], typeName, parse, overFirst()),
  global('isQuantity', ['string'], 'bool', (text) => nanosOf(text) !== undefined, overFirst()),
  ...[global, member].map((declare) => declare('sign', [typeName], 'int', (value) => BigInt(sign(nanos(value))))),
  member('isGreaterThan', [typeName, typeName], 'bool', (a, b) => nanos(a) > nanos(b)),
  member('isLessThan', [typeName, typeName], 'bool', (a, b) => nanos(a) < nanos(b)),
  member('compareTo', [typeName, typeName], 'int', (a, b) => BigInt(sign(nanos(a) - nanos(b)))),
  member('asApproximateFloat', [typeName], 'double', (value) => Number(nanos(value)) / Number(nano)),
  member('asInteger', [typeName], 'int', (value) => {
    const whole = value instanceof Quantity ? value.whole : undefined
    if (whole === undefined) throw new EvaluationError('cannot convert value to integer')
    return whole
  }),
  member('isInteger', [typeName], 'bool', (value) => value instanceof Quantity && value.whole !== undefined),
  member('add', [typeName, typeName], typeName, (a, b) => new Quantity(nanos(a) + nanos(b))),
  member('add', [typeName, 'int'], typeName, (a, b) => new Quantity(nanos(a) + b * nano)),
  member('sub', [typeName, typeName], typeName, (a, b) => new Quantity(nanos(a) - nanos(b))),
  member('sub', [typeName, 'int'], typeName, (a, b) => new Quantity(nanos(a) - b * nano)),
]

function nanos(value: unknown): bigint {
  return value instanceof Quantity ? value.nanos : 0n
}

const sign = (value: bigint): number => (value < 0n ? -1 : value > 0n ? 1 : 0)

function parse(text: string): Quantity {
  const found = nanosOf(text)
  if (found === undefined)
    throw new EvaluationError(
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    )
  return new Quantity(found)
}

const form = /^([-+]?)(\d*)(?:\.(\d*))?(?:([numkMGTPE])|([KMGTPE]i)|[eE]([-+]?\d{1,9}))?$/
const powers: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }
/** Larger ones are cut, as in Go. */
const largest = (2n ** 63n - 1n) * nano

/** Parts of a nano are rounded up. Undefined: it is no quantity. */
function nanosOf(text: string): bigint | undefined {
  const [all, minus, whole = '', fraction = '', decimal = '', binary = '', exponent = '0'] = form.exec(text) ?? []
  if (all === undefined || whole + fraction === '' || text.length > 200) return undefined
  const power = (powers[decimal] ?? Number(exponent)) + 9 - fraction.length
  let amount = BigInt(whole + fraction)
  if (binary !== '') amount *= 1024n ** BigInt('KMGTPE'.indexOf(binary.charAt(0)) + 1)
  if (amount === 0n) return 0n
  if (power >= 0) amount = power > 60 ? largest : amount * 10n ** BigInt(power)
  else amount = power < -400 ? 1n : ceilDivide(amount, 10n ** BigInt(-power))
  if (amount > largest) amount = largest
  return minus === '-' ? -amount : amount
}

const ceilDivide = (amount: bigint, by: bigint): bigint => (amount + by - 1n) / by
