import { LRUCache } from 'lru-cache'
import { RE2JS } from 're2js'
import { EvaluationError } from './cel-error.ts'

/** Patterns may be made of what objects hold: only so many are kept. */
const compiled = new LRUCache<string, RE2JS>({ max: 500 })

/** A pattern in RE2's syntax, which is never slower than the text is long. */
export function regularExpression(pattern: string): RE2JS {
  const known = compiled.get(pattern)
  if (known) return known
  try {
    const made = RE2JS.compile(pattern)
    compiled.set(pattern, made)
    return made
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new EvaluationError(`error parsing regexp: ${reason}`, { cause: error })
  }
}
