import type { Backend, BackendSupports } from '../backend.ts'
import type { Storage } from '../storage.ts'
import { skip, type TestRunner } from './backend.ts'
import { StorageCase } from './storage-case.ts'
import { deleteCases } from './storage-delete.ts'
import { listTableCases } from './storage-list-table.ts'
import { listCases } from './storage-list.ts'
import { pagingCases } from './storage-paging.ts'
import { watchListCases } from './storage-watch-list.ts'
import { watchCases } from './storage-watch.ts'
import { writeCases } from './storage-write.ts'

/** A Storage under test, with the backend below it. */
export interface StorageSubject {
  /** Made with {@link conformanceStoreOptions}. */
  readonly storage: Storage
  /** Opened; nobody else writes to it. */
  readonly backend: Backend
  /** Ends what `storage.close()` leaves open. */
  readonly close: () => Promise<void>
}

/** The backend below the Storage to judge. */
export interface StorageConformance {
  /** Stands in the names of the tests. */
  readonly name: string
  create(): Promise<StorageSubject>
}

/** One promise of a Storage. */
export interface StorageTest {
  readonly name: string
  readonly needs?: readonly (keyof BackendSupports)[]
  readonly run: (test: StorageCase) => Promise<void>
}

const suites: Readonly<Record<string, readonly StorageTest[]>> = {
  'create, get and guaranteedUpdate': writeCases,
  delete: deleteCases,
  list: listCases,
  'list of a known history': listTableCases,
  'list in pages': pagingCases,
  watch: watchCases,
  'watch from a state': watchListCases,
}

/**
 * Declares the tests that every Storage has to pass, whatever stands below it. What the backend says it does not
 * support is skipped, and the skipped test's title tells so.
 *
 *     storageConformance({ name: 'Store over LmdbBackend', create }, { describe, it })
 */
export function storageConformance(subject: StorageConformance, { describe, it }: TestRunner): void {
  describe(`${subject.name}: storage conformance`, () => {
    for (const [suite, tests] of Object.entries(suites))
      describe(suite, () => {
        for (const { name, needs = [], run } of tests)
          // No parameter by name: mocha would wait for a callback
          it(name, async function (this: unknown, ...context: unknown[]) {
            const { storage, backend, close } = await subject.create()
            const lacking = needs.filter((need) => !(backend.supports[need] ?? true))
            const test = new StorageCase(storage, backend)
            try {
              if (lacking.length) {
                skip(this ?? context[0], lacking.join(', '))
                return
              }
              await storage.ready()
              await run(test)
            } finally {
              await test.done()
              await close()
            }
          })
      })
  })
}
