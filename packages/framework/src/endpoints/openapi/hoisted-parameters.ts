import { isObject, setOwn, stringify, type JsonObject, type JsonValue } from '../../util/json.ts'

/** Clients look for these in the operations themselves; and `name` says the kind. */
const keptInline: readonly string[] = ['name', 'fieldValidation', 'dryRun']

/**
 * Says the parameters of an OpenAPI v2 document once, at its top, and refers to them: they would be half of it. Bodies
 * of the kinds themselves stay where they are. Source: kube-openapi builder/parameters.go.
 */
export function hoistParameters(paths: JsonObject): { paths: JsonObject; parameters: JsonObject } {
  const names = new Map<string, string>()
  const found = new Map<string, JsonObject>()
  const refer = (parameter: JsonValue): JsonValue => {
    if (!isObject(parameter) || !isHoisted(parameter)) return parameter
    const text = stringify(parameter)
    const name = names.get(text) ?? `${nameOf(parameter)}-${shortHash(text)}`
    names.set(text, name)
    found.set(name, parameter)
    return { $ref: `#/parameters/${name}` }
  }
  const items: JsonObject = {}
  for (const [path, item] of Object.entries(paths)) if (isObject(item)) setOwn(items, path, withParameters(item, refer))
  const parameters: JsonObject = {}
  for (const name of [...found.keys()].sort()) setOwn(parameters, name, found.get(name) ?? {})
  return { paths: items, parameters }
}

function withParameters(item: JsonObject, refer: (parameter: JsonValue) => JsonValue): JsonObject {
  const out: JsonObject = {}
  for (const [key, value] of Object.entries(item))
    if (key === 'parameters' && Array.isArray(value)) out[key] = value.map(refer)
    else
      out[key] =
        isObject(value) && Array.isArray(value.parameters)
          ? { ...value, parameters: value.parameters.map(refer) }
          : value
  return out
}

const nameOf = ({ name }: JsonObject): string => (typeof name === 'string' ? name : 'param')

function isHoisted({ name, in: place, schema }: JsonObject): boolean {
  if (place !== 'body') return typeof name === 'string' && !keptInline.includes(name)
  const reference = isObject(schema) ? schema.$ref : undefined
  return typeof reference === 'string' && reference.startsWith('#/definitions/io.k8s.apimachinery')
}

/** Six bytes of FNV-1 (64 bits), in URL-safe base64. In halves: the compiler of Node 20 dies of loops over bigints. */
function shortHash(text: string): string {
  let [high, low] = [0xcbf29ce4, 0x84222325]
  for (const byte of Buffer.from(text)) {
    // Times 2^40 + 0x1b3, modulo 2^64.
    const product = low * 0x1b3
    high = (high * 0x1b3 + Math.floor(product / 0x1_0000_0000) + low * 0x100) % 0x1_0000_0000
    low = ((product % 0x1_0000_0000) ^ byte) >>> 0
  }
  const bytes = Buffer.alloc(8)
  bytes.writeUInt32BE(high)
  bytes.writeUInt32BE(low, 4)
  return bytes.subarray(0, 6).toString('base64url')
}
