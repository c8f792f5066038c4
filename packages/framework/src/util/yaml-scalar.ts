/** Scalars as Go's YAML 1.1 reader takes them. Source: go.yaml.in/yaml/v2 resolve.go. */
export type YamlScalar = null | boolean | number | bigint | string

const known: ReadonlyMap<string, YamlScalar> = new Map<string, YamlScalar>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((text) => [text, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((text) => [text, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((text) => [text, null] as const),
  ...['.nan', '.NaN', '.NAN'].map((text) => [text, NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((text) => [text, Infinity] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((text) => [text, -Infinity] as const),
])
const float = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/
const integers: readonly (readonly [RegExp, string])[] = [
  [/^0[xX]([\da-fA-F]+)$/, '0x'],
  [/^0[bB]([01]+)$/, '0b'],
  [/^0[oO]?([0-7]+)$/, '0o'],
  [/^(0|[1-9]\d*)$/, ''],
]
const maxUint64 = 2n ** 64n - 1n

/** A plain scalar's value; times and base 60 numbers stay strings. */
export function resolvePlainScalar(text: string): YamlScalar {
  const value = known.get(text)
  if (value !== undefined) return value
  const first = text.charCodeAt(0)
  const number = (first >= 0x30 && first <= 0x39) || first === 0x2b || first === 0x2d
  if (first === 0x2e) return floatOf(text) ?? text
  if (!number) return text
  const plain = text.replaceAll('_', '')
  return integerOf(plain) ?? floatOf(plain) ?? text
}

/** Undefined beyond 64 bits too: such a number is a float. */
function integerOf(text: string): number | bigint | undefined {
  const negative = text.startsWith('-')
  const digits = negative || text.startsWith('+') ? text.slice(1) : text
  for (const [pattern, base] of integers) {
    const found = pattern.exec(digits)?.[1]
    if (found === undefined) continue
    if (found.length < 13) return Number(base + found) * (negative ? -1 : 1) || 0
    const exact = BigInt(base + found) * (negative ? -1n : 1n)
    if (exact > maxUint64 || exact < -(2n ** 63n)) return undefined
    // An unsigned one becomes a float where the JSON is read again.
    return Number.isSafeInteger(Number(exact)) || exact >= 2n ** 63n ? Number(exact) : exact
  }
  return undefined
}

/** A whole one is what its JSON in Go says, an integer if 64 bits can hold it. */
function floatOf(text: string): number | bigint | undefined {
  if (!float.test(text)) return undefined
  const value = Number(text)
  if (!Number.isFinite(value)) return undefined
  return Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 2 ** 63 ? BigInt(value) : value
}
