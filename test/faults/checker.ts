import { Causes, FinalLog, Knowledge } from './final-log.ts'
import type { History, Operation } from './history.ts'
import { checkSession } from './session-checker.ts'

/** What can be wrong: the invariants of Kubernetes' storage, by what breaks them. */
export type ViolationKind =
  | 'lost write'
  | 'reused revision'
  | 'phantom write'
  | 'failed write applied'
  | 'precondition ignored'
  | 'revision order'
  | 'stale read'
  | 'future read'
  | 'unjustified refusal'
  | 'wrong list'
  | 'dropped event'
  | 'repeated event'
  | 'unordered event'
  | 'wrong event'
  | 'wrong initial state'
  | 'early bookmark'

export interface Violation {
  readonly kind: ViolationKind
  readonly detail: string
}

/** Proves that a history keeps the invariants (storage-and-watch §8.1), or says where it does not. */
export function check(history: History): Violation[] {
  const log = new FinalLog(history.log)
  const causes = new Causes(log, history.operations)
  const found: Violation[] = [...checkLog(log, causes)]
  const known = knowledgeOf(history, log)
  for (const operation of history.operations) found.push(...checkOperation(operation, log, causes, known))
  for (const list of history.lists) found.push(...checkList(list, log, causes, known))
  for (const session of history.sessions) found.push(...checkSession(session, log))
  return found
}

function* checkLog(log: FinalLog, causes: Causes): Generator<Violation> {
  let last = 0
  for (const entry of log.entries) {
    if (entry.revision <= last)
      yield { kind: 'reused revision', detail: `the log has ${show(entry)} after revision ${String(last)}` }
    last = entry.revision
    const all = causes.of(entry)
    if (all.length === 0) yield { kind: 'phantom write', detail: `nobody wrote ${show(entry)}` }
    else if (all.every(({ outcome }) => outcome === 'conflict' || outcome === 'absent'))
      yield { kind: 'failed write applied', detail: `${show(all)} was refused, and ${show(entry)} is there` }
    const previous = log.previous(entry)
    for (const { action, expected } of entry.state ? all : []) {
      const standing = previous?.state ? previous.revision : 0
      if (standing !== (action === 'create' ? 0 : expected))
        yield { kind: 'precondition ignored', detail: `${show(entry)} replaced ${show(previous)}: ${show(all)}` }
    }
  }
}

function knowledgeOf({ operations, lists }: History, log: FinalLog): Knowledge {
  const told = operations.map((operation) => ({ ms: operation.endMs, revision: revisionOf(operation, log) ?? 0 }))
  for (const { endMs, revisions } of lists) told.push({ ms: endMs, revision: Math.max(0, ...revisions) })
  return new Knowledge(told)
}

/** The revision that an answer tells, or that its acknowledgement implies. */
function revisionOf(operation: Operation, log: FinalLog): number | undefined {
  if (operation.outcome !== 'done') return undefined
  return operation.action === 'delete' ? deletionOf(operation, log) : operation.revision
}

const deletionOf = ({ key, expected }: Operation, log: FinalLog): number | undefined =>
  log.versions(key).find((entry) => !entry.state && log.previous(entry)?.revision === expected)?.revision

function* checkOperation(operation: Operation, log: FinalLog, causes: Causes, known: Knowledge): Generator<Violation> {
  const { action, outcome, key, state, startMs, endMs } = operation
  if (outcome === 'unknown') return
  const least = known.before(startMs)
  if (outcome === 'done' && action !== 'get') {
    const revision = revisionOf(operation, log)
    const entry = revision === undefined ? undefined : log.at(revision)
    if (!entry) yield { kind: 'lost write', detail: `acknowledged, and not in the log: ${show(operation)}` }
    else if (entry.key !== key || entry.state?.value !== (action === 'delete' ? undefined : state?.value))
      yield { kind: 'reused revision', detail: `${show(operation)}; the log has ${show(entry)} there` }
    if (revision !== undefined && revision <= least)
      yield { kind: 'revision order', detail: `${show(operation)} began when ${String(least)} was known` }
    return
  }
  // What it was told must have been so at some time while it was under way.
  const wanted = (entry: { revision: number; state: unknown } | undefined): boolean => {
    const standing = entry?.state ? entry.revision : 0
    if (outcome === 'absent') return standing === 0
    if (action === 'get') return standing === operation.revision
    return action === 'create' ? standing !== 0 : standing !== operation.expected
  }
  if (action === 'get' && outcome === 'done') {
    const read = log.at(operation.revision ?? 0)
    if (read?.key !== key || read.state?.value !== state?.value) {
      yield { kind: 'reused revision', detail: `${show(operation)} read what the log does not have: ${show(read)}` }
      return
    }
    if (causes.earliestMs(read) > endMs) yield { kind: 'future read', detail: show(operation) }
  }
  const possible = log
    .versionsFrom(key, least)
    .some((entry, i) => wanted(entry) && (i === 0 || (entry !== undefined && causes.earliestMs(entry) <= endMs)))
  if (!possible)
    yield {
      kind: action === 'get' ? 'stale read' : 'unjustified refusal',
      detail: `${show(operation)}; ${String(least)} was known when it began`,
    }
}

function* checkList(
  list: History['lists'][number],
  log: FinalLog,
  causes: Causes,
  known: Knowledge,
): Generator<Violation> {
  const { revisions, exact, scope, startMs, endMs, items } = list
  const [revision = 0] = revisions
  if (revisions.some((r) => r !== (exact ?? revision)))
    yield { kind: 'wrong list', detail: `its pages are of ${show(revisions)}, asked for ${String(exact)}` }
  const least = known.before(startMs)
  if (exact === undefined && revision < least)
    yield { kind: 'stale read', detail: `a list of ${String(revision)} when ${String(least)} was known` }
  const wanted = log.stateAt(scope, revision)
  if (show(items) !== show(wanted))
    yield {
      kind: 'wrong list',
      detail: `at ${String(revision)} of ${show(scope)}: ${show(items)} instead of ${show(wanted)}`,
    }
  for (const item of items) {
    const entry = log.at(item.revision)
    if (entry && causes.earliestMs(entry) > endMs) yield { kind: 'future read', detail: show(item) }
  }
}

const show = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value))
