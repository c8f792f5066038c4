import {
  defineScalarTag,
  dump,
  DUMP_SCHEMA,
  NOT_RESOLVED,
  parseEvents,
  SCALAR_STYLE,
  strTag,
  visit,
  YAMLException,
} from 'js-yaml'
import { type JsonValue, maxDepth, readJson } from './json.ts'
import { YamlComposer, YamlSyntaxError } from './yaml-composer.ts'
import { resolvePlainScalar } from './yaml-scalar.ts'

/** YAML as Kubernetes reads and writes it (sigs.k8s.io/yaml): version 1.1, JSON's values only. */
export interface YamlDocument {
  readonly value: JsonValue
  /** See {@link yamlDuplicateKeys}. */
  readonly duplicates: readonly string[]
}

/**
 * The first document of a text; null when there is none. Integers within 64 bits are exact, of a key given twice the last
 * value counts. Throws {@link YamlSyntaxError}, also for what is nested or aliased beyond reason.
 */
export function parseYaml(text: string): JsonValue {
  return readYaml(text).value
}

/** The keys that stand twice in one map, as `line 6: key "color" already set in map`, at most 100. */
export function yamlDuplicateKeys(text: string): string[] {
  return [...readYaml(text).duplicates]
}

/** Value and duplicate keys in one go. Throws as {@link parseYaml}. */
export function readYaml(text: string): YamlDocument {
  const json = asJson(text)
  if (json) return json
  const source = firstDocument(text)
  try {
    const composer = new YamlComposer(source, parseEvents(source, { maxDepth }))
    return { value: composer.compose(), duplicates: composer.duplicates }
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    const line = error.mark === undefined ? '' : `line ${String(error.mark.line + 1)}: `
    throw new YamlSyntaxError(`yaml: ${line}${error.reason}`, { cause: error })
  }
}

/** JSON is YAML, and read many times faster as what it is. Undefined for what is no JSON, or has keys that stand twice. */
function asJson(text: string): YamlDocument | undefined {
  if (!/^\s*\{/.test(text)) return undefined
  try {
    const json = readJson(text)
    return json.duplicateKeys().length ? undefined : { value: json.value, duplicates: [] }
  } catch {
    return undefined
  }
}

/** Up to the marker that ends the first document: what comes after may be no YAML at all. */
function firstDocument(text: string): string {
  for (const { 0: marker, index } of text.matchAll(/^(?:---|\.\.\.)(?=[ \t\r\n]|$)/gm))
    if (!(marker === '---' && /^\ufeff?(?:[ \t]*(?:#.*)?(?:\r?\n|$)|%.*(?:\r?\n|$))*$/.test(text.slice(0, index))))
      return text.slice(0, index)
  return text
}

const intTag = 'tag:yaml.org,2002:int'
const schema = DUMP_SCHEMA.withTags(
  defineScalarTag<unknown>(intTag, {
    implicit: true,
    // Whatever would be read as no string has to be quoted as one.
    resolve: (text) => {
      const value = resolvePlainScalar(text)
      return typeof value === 'string' ? NOT_RESOLVED : value
    },
    identify: (value) => typeof value === 'bigint' || (Number.isInteger(value) && Math.abs(Number(value)) < 1e21),
  }),
)

/** A value as YAML: keys in Go's natural order, lists not indented. Members that are undefined are left out. */
export function stringifyYaml(value: JsonValue): string {
  return dump(value, {
    schema,
    noRefs: true,
    skipInvalid: true,
    seqNoIndent: true,
    quoteStyle: 'single',
    lineWidth: -1,
    transform: (documents) => {
      visit(documents, (node) => {
        if (node.kind === 'scalar' && node.tag === strTag.tagName && !readsAsString(node.value))
          node.style = SCALAR_STYLE.DOUBLE_QUOTED
        if (node.kind === 'mapping') node.items.sort((a, b) => compareKeys(textOf(a.key), textOf(b.key)))
      })
    },
  })
}

/** Go puts double quotes around what would be no string without them, single ones around what YAML's punctuation forces it to quote. */
const readsAsString = (text: string): boolean =>
  schema.resolveImplicitScalarTag(text).tag.tagName === strTag.tagName &&
  !/^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/.test(text)

const textOf = (node: { readonly kind: string; readonly value?: unknown }): string =>
  typeof node.value === 'string' ? node.value : ''

const isLetter = (rune: string): boolean => /^\p{L}$/u.test(rune)

/** Digits before letters, numbers by their value: `a2` before `a10`. Source: yaml/v2 sorter.go. */
function compareKeys(a: string, b: string): number {
  const left = Array.from(a)
  const right = Array.from(b)
  const at = left.findIndex((rune, i) => rune !== right[i])
  const x = left[at]
  const y = right[at]
  if (x === undefined || y === undefined) return left.length - right.length
  if (isLetter(x) && isLetter(y)) return order(x, y)
  if (isLetter(x) || isLetter(y)) return isLetter(y) ? -1 : 1
  // Behind other digits a zero weighs as much as any.
  const inNumber = (x === '0' || y === '0') && /[1-9]0*$/.test(left.slice(0, at).join(''))
  const digitsOf = (runes: readonly string[]): string => /^\d*/.exec(runes.slice(at).join(''))?.[0] ?? ''
  const [m, n] = [digitsOf(left), digitsOf(right)]
  const prefix = inNumber ? '1' : '0'
  const difference = BigInt(prefix + m) - BigInt(prefix + n)
  if (difference !== 0n) return difference < 0n ? -1 : 1
  return m.length === n.length ? order(x, y) : m.length - n.length
}

const order = (x: string, y: string): number => (x.codePointAt(0) ?? 0) - (y.codePointAt(0) ?? 0)
