import type { StructuralSchema } from '../structural-schema.ts'
import { fromRoot, underKey, underMapKey } from '../member-path.ts'

const step = /\.([^.[\]]+)|\['((?:[^'\\]|\\.)*)'\]/y

const escapes: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

/**
 * The path that a rule's complaint is about, like `.a['b'].c`, as messages write it. Throws an Error for one that the schema
 * does not have. Source: apiextensions-apiserver schema/cel/validation.go ValidFieldPath.
 */
export function ruleFieldPath(path: string, schema: StructuralSchema): string {
  const parts: string[] = []
  let at: StructuralSchema | undefined = schema
  step.lastIndex = 0
  while (step.lastIndex < path.length) {
    const match = step.exec(path)
    if (!match) throw new Error(`${path} is not a path of fields`)
    const [, field, key = ''] = match
    const name: string = field ?? key.replace(/\\(.)/g, (_, sign: string) => escapes[sign] ?? sign)
    const isField: boolean = at.properties.size > 0
    const next: StructuralSchema | undefined = isField ? at.properties.get(name) : at.additionalProperties || undefined
    if (!next) throw new Error(`${path} does not refer to a valid field`)
    parts.push((isField ? underKey : underMapKey)(name, ''))
    at = next
  }
  if (!parts.length) throw new Error('it must not be empty')
  return fromRoot(parts.join(''))
}
