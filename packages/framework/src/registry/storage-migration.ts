import { groupResource } from '../meta/group-version.ts'
import { StatusError } from '../meta/status.ts'
import { StorageError } from '../storage/storage-error.ts'
import type { StoredList } from '../storage/storage.ts'
import type { StoredItem } from '../storage/stored-item.ts'
import { everything } from './predicate.ts'
import type { Resource } from './resource.ts'
import { StoredResource } from './stored-resource.ts'

/** What became of the stored objects of one resource. */
export interface StorageMigration {
  /** `flunders.wardle.example.com` */
  readonly resource: string
  /** The version that they are stored in now. */
  readonly apiVersion: string
  /** Rewritten: they were stored in another version, or without what the version has come to have. */
  readonly migrated: number
  /** As they should be: not written. */
  readonly unchanged: number
  /** Left as they were, with the reason: what cannot be read in any declared version. */
  readonly failed: readonly { readonly key: string; readonly message: string }[]
}

const pageSize = 500

/**
 * Rewrites every stored object in the version that new ones are written in, so that older versions can be undeclared. Writers go on meanwhile: each object
 * is changed as any update does, and comes back unchanged in everything but its resourceVersion. Source: kube-storage-version-migrator.
 */
export async function migrateStorages(
  resources: Iterable<Resource>,
  signal: AbortSignal = new AbortController().signal,
): Promise<StorageMigration[]> {
  const done: StorageMigration[] = []
  for (const resource of resources)
    if (resource instanceof StoredResource) done.push(await migrateStorage(resource as StoredResource<never>, signal))
  return done
}

async function migrateStorage(resource: StoredResource<never>, signal: AbortSignal): Promise<StorageMigration> {
  const { group, plural, apiVersion } = resource.storageVersion
  let [migrated, unchanged] = [0, 0]
  const failed: { key: string; message: string }[] = []
  for await (const item of storedItems(resource, signal)) {
    try {
      const outcome = await rewrite(resource, item, signal)
      if (outcome === 'migrated') migrated++
      else if (outcome === 'unchanged') unchanged++
    } catch (error) {
      if (!(error instanceof StorageError) || error.code !== 'Corrupt') throw error
      failed.push({ key: item.key, message: error.message })
    }
  }
  return {
    resource: groupResource({ group, resource: plural }),
    apiVersion: resource.encodedVersion?.kind.apiVersion ?? apiVersion,
    ...{ migrated, unchanged, failed },
  }
}

/** All objects, page by page. Where the state of the first page is compacted away the list goes on with the latest: what is new is written as it should be. */
async function* storedItems(resource: StoredResource<never>, signal: AbortSignal): AsyncGenerator<StoredItem> {
  let token = ''
  do {
    let page: StoredList
    try {
      page = await resource.storage.list(resource.resourcePrefix, {
        ...{ recursive: true, predicate: everything, limit: pageSize, continue: token, signal },
      })
    } catch (error) {
      const next = error instanceof StatusError && error.code === 410 ? error.status.metadata.continue : undefined
      if (!next || next === token) throw error
      token = next
      continue
    }
    yield* page.items
    token = page.continue
  } while (token !== '')
}

async function rewrite(
  resource: StoredResource<never>,
  item: StoredItem,
  signal: AbortSignal,
): Promise<'migrated' | 'unchanged' | 'gone'> {
  const { namespace = '', name = '', uid } = item.object.metadata
  let before = item
  try {
    const after = await resource.storage.guaranteedUpdate(
      resource.keyOf(namespace, name),
      (current) => {
        before = current ?? item
        return before.object
      },
      { ...(uid ? { preconditions: { uid } } : {}), ttlSeconds: resource.ttlSeconds, signal },
    )
    return after.revision === before.revision ? 'unchanged' : 'migrated'
  } catch (error) {
    // Deleted meanwhile, perhaps made anew.
    if (error instanceof StorageError && (error.code === 'KeyNotFound' || error.code === 'InvalidObject')) return 'gone'
    throw error
  }
}
