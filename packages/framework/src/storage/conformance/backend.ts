import type { Backend, BackendSupports } from '../backend.ts'
import { BackendCase } from './backend-case.ts'
import { commitCases } from './backend-commit.ts'
import { leaseCases } from './backend-lease.ts'
import { persistenceCases } from './backend-persistence.ts'
import { rangeCases } from './backend-range.ts'
import { snapshotCases } from './backend-snapshot.ts'
import { watchCases } from './backend-watch.ts'

/** The backend to judge: its name, how one is made, and how one is opened again on what another has left. */
export interface BackendConformance {
  /** Stands in the names of the tests. */
  readonly name: string
  /** A new Backend, not opened; empty, or at least without keys below `/conformance/`. */
  create(): Promise<Backend>
  /** A new Backend, not opened, over the data of one that is closed. Needed where `supports.persistence`. */
  reopen?(backend: Backend): Promise<Backend>
}

/** The functions of a test runner: those of mocha, or of node:test. A test may take 20 seconds. */
export interface TestRunner {
  readonly describe: (name: string, body: () => void) => unknown
  readonly it: (name: string, body: () => Promise<void>) => unknown
}

/** One promise of a Backend. */
export interface BackendTest {
  readonly name: string
  readonly needs?: readonly (keyof BackendSupports)[]
  readonly run: (test: BackendCase) => Promise<void>
}

const suites: Readonly<Record<string, readonly BackendTest[]>> = {
  commit: commitCases,
  range: rangeCases,
  'range of the past': snapshotCases,
  watch: watchCases,
  ttlSeconds: leaseCases,
  'close and open': persistenceCases,
}

/**
 * Declares the tests that every Backend has to pass. What a Backend says it does not support is skipped, and the
 * skipped test's title tells so.
 *
 *     backendConformance({ name: 'LmdbBackend', create, reopen }, { describe, it })
 */
export function backendConformance(subject: BackendConformance, { describe, it }: TestRunner): void {
  describe(`${subject.name}: backend conformance`, () => {
    for (const [suite, tests] of Object.entries(suites))
      describe(suite, () => {
        for (const { name, needs = [], run } of tests)
          // No parameter by name: mocha would wait for a callback
          it(name, async function (this: unknown, ...context: unknown[]) {
            const backend = await subject.create()
            // Some know only then what they support
            await backend.open()
            const test = new BackendCase(backend, subject.reopen?.bind(subject))
            try {
              const lacking = needs.filter((need) => !(backend.supports[need] ?? true))
              if (lacking.length) skip(this ?? context[0], lacking.join(', '))
              else await run(test)
            } finally {
              await test.done()
            }
          })
      })
  })
}

/** mocha's context has its test, whose title can be changed; node:test's takes the reason. */
export function skip(context: unknown, lacking: string): void {
  const reason = `not supported: ${lacking}`
  if (!isSkippable(context)) console.log(`skipped (${reason})`)
  else {
    if (context.test) context.test.title += ` (${reason})`
    context.skip(reason)
  }
}

const isSkippable = (context: unknown): context is { test?: { title: string }; skip(reason: string): void } =>
  typeof context === 'object' && context !== null && 'skip' in context
