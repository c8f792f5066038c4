import { remembered } from '../../util/remembered.ts'

/** One clause of an Accept header. */
export interface AcceptClause {
  readonly type: string
  readonly subtype: string
  readonly quality: number
  readonly parameters: ReadonlyMap<string, string>
}

/**
 * The clauses of an Accept header, the most wanted first. What is no clause is left out. Source: munnerz/goautoneg,
 * whose order is not the RFC's: quality counts, then that neither type nor subtype is a wildcard, then the place.
 */
export const parseAccept = remembered((header): readonly AcceptClause[] => {
  const clauses: AcceptClause[] = []
  for (const part of header.split(',')) {
    const clause = parseClause(part)
    if (clause) clauses.push(clause)
  }
  return sort(clauses)
})

const trim = (text: string): string => text.replace(/^ +| +$/g, '')

function parseClause(part: string): AcceptClause | undefined {
  const [range = '', ...settings] = part.split(';')
  const [type = '', subtype = '', ...more] = range.split('/').map(trim)
  if (more.some((m, i) => m !== '' || i > 0)) return undefined
  if (subtype === '' && type !== '*') return undefined
  const parameters = new Map<string, string>()
  let quality = 1
  for (const setting of settings) {
    const [name = '', value = '', ...tail] = setting.split('=')
    if (value === '' || tail.join('=') !== '') continue
    if (trim(name) === 'q') quality = parseQuality(value)
    else parameters.set(trim(name), trim(value))
  }
  return { type, subtype: subtype === '' ? '*' : subtype, quality, parameters }
}

/** What is no number counts as 0, as Go's ParseFloat leaves it. */
const parseQuality = (value: string): number =>
  /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(value) ? Number(value) : 0

/**
 * Go's comparison is no strict order, so that the outcome depends on the algorithm: up to twelve clauses it is an
 * insertion sort. Beyond that no client relies on anything but the quality.
 */
function sort(clauses: AcceptClause[]): AcceptClause[] {
  if (clauses.length > 12) return clauses.sort((a, b) => b.quality - a.quality || wildcards(a) - wildcards(b))
  for (let i = 1; i < clauses.length; i++)
    for (let j = i; j > 0; j--) {
      const [left, right] = [clauses[j - 1], clauses[j]]
      if (!left || !right || !before(right, left)) break
      clauses[j - 1] = right
      clauses[j] = left
    }
  return clauses
}

const before = (a: AcceptClause, b: AcceptClause): boolean =>
  a.quality > b.quality || (a.type !== '*' && b.type === '*') || (a.subtype !== '*' && b.subtype === '*')

const wildcards = (clause: AcceptClause): number => (clause.type === '*' ? 2 : 0) + (clause.subtype === '*' ? 1 : 0)
