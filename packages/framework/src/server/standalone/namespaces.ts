import { Type } from '@sinclair/typebox'
import { defineKind, type ObjectOf } from '../../schema/kind.ts'
import { isDnsLabel } from '../../meta/names.ts'
import { rfc3339 } from '../../meta/time.ts'
import type { RequestContext } from '../../request/context.ts'
import { checkPreconditions } from '../../registry/garbage-collection.ts'
import type { DeleteCheck, DeleteOptions, DeleteResult } from '../../registry/rest.ts'
import { StatusSubresource } from '../../registry/status-subresource.ts'
import { interpreted } from '../../registry/storage-status.ts'
import { StoredResource } from '../../registry/stored-resource.ts'
import { clone } from '../../util/json.ts'

const schema = Type.Object({
  spec: Type.Optional(
    Type.Object(
      {
        finalizers: Type.Optional(
          Type.Array(Type.String(), { description: 'Must be empty before the namespace goes.' }),
        ),
      },
      { description: 'Spec defines the behavior of the Namespace.' },
    ),
  ),
  status: Type.Optional(
    Type.Object(
      { phase: Type.Optional(Type.String({ description: 'Active, or Terminating while its content is deleted.' })) },
      { description: 'Status describes the current status of a Namespace.' },
    ),
  ),
})

/** `v1` Namespace, as far as a server without a cluster needs it. */
export const Namespace = defineKind({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  shortNames: ['ns'],
  scope: 'Cluster',
  description: 'Namespace provides a scope for Names.',
  schema,
  columns: [
    { name: 'Status', type: 'string', description: 'The status of the namespace', jsonPath: '.status.phase' },
    { name: 'Age', type: 'date', description: 'CreationTimestamp', jsonPath: '.metadata.creationTimestamp' },
  ],
})
export type Namespace = ObjectOf<typeof Namespace>

/** Namespaces of a server without a cluster. Deleting one marks it; the NamespaceController empties and removes it. */
export class NamespaceResource extends StoredResource<Namespace> {
  readonly storageVersion = Namespace
  override readonly allowUnconditionalUpdate = true
  override readonly managesGeneration = false
  override readonly strategicMergePatch = true
  override readonly subresources = [new StatusSubresource<Namespace>()]
  /** Told of every namespace that has begun to terminate. */
  onTerminating: (name: string) => void = () => undefined

  override validateName(name: string, prefix: boolean): string[] {
    return isDnsLabel(name, prefix)
  }

  override prepareForCreate(namespace: Namespace): void {
    namespace.metadata.labels = {
      ...namespace.metadata.labels,
      'kubernetes.io/metadata.name': namespace.metadata.name ?? '',
    }
    namespace.spec = { finalizers: ['kubernetes'] }
    namespace.status = { phase: 'Active' }
  }

  override async delete(
    name: string,
    ctx: RequestContext,
    options: DeleteOptions,
    check: DeleteCheck<Namespace>,
  ): Promise<DeleteResult<Namespace>> {
    const key = this.keyOf('', name)
    return interpreted('delete', this.groupResource, name, async () => {
      const existing = await this.storage.get(key)
      checkPreconditions(this.storageVersion, existing.object, options)
      await check(existing.object)
      if (options.dryRun) return { object: existing, deleted: true }
      const object = await this.storage.guaranteedUpdate(
        key,
        (current) => {
          if (!current) throw new Error(`namespace ${name} vanished`)
          const namespace = clone(current.object as never) as Namespace
          namespace.metadata.deletionTimestamp ??= rfc3339()
          namespace.status = { ...namespace.status, phase: 'Terminating' }
          return namespace
        },
        { signal: ctx.signal },
      )
      this.onTerminating(name)
      return { object, deleted: false }
    })
  }

  /** Takes an emptied namespace away. */
  async remove(name: string): Promise<void> {
    await this.storage.delete(this.keyOf('', name))
  }
}
