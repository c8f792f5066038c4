import type { Operation, Parameter } from './operation.ts'
import { sortByName } from './operation.ts'

/** The parameters that all operations of a path have, and what is left of each operation's. Both by name. */
export interface SharedParameters {
  readonly shared: readonly Parameter[]
  readonly own: (operation: Operation) => readonly Parameter[]
}

/** What all operations of a path have in common is said once, at the path. */
export function sharedParameters(operations: readonly Operation[]): SharedParameters {
  const [first, ...others] = operations
  const isShared = (p: Parameter): boolean => others.every(({ parameters }) => parameters.some((q) => same(p, q)))
  const shared = (first?.parameters ?? []).filter(isShared)
  return {
    shared: sortByName(shared),
    own: ({ parameters }) => sortByName(parameters.filter((p) => !shared.some((s) => same(s, p)))),
  }
}

const same = (a: Parameter, b: Parameter): boolean =>
  a.name === b.name && a.in === b.in && a.description === b.description
