import { Type } from '@sinclair/typebox'
import { defineKind, type ObjectOf } from '../../schema/kind.ts'
import { StoredResource } from '../../registry/stored-resource.ts'

/** `coordination.k8s.io/v1` Lease: what leader election writes. */
export const Lease = defineKind({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  description: 'Lease defines a lease concept.',
  schema: Type.Object({
    spec: Type.Optional(
      Type.Object(
        {
          acquireTime: Type.Optional(
            Type.String({ format: 'date-time', description: 'When the current holder got it.' }),
          ),
          holderIdentity: Type.Optional(Type.String({ description: 'Who holds it; empty when nobody does.' })),
          leaseDurationSeconds: Type.Optional(
            Type.Integer({ description: 'How long after renewTime others have to wait before they take it.' }),
          ),
          leaseTransitions: Type.Optional(Type.Integer({ description: 'How often the holder changed.' })),
          preferredHolder: Type.Optional(Type.String({ description: 'Who should hold it next.' })),
          renewTime: Type.Optional(
            Type.String({ format: 'date-time', description: 'When the holder renewed it last.' }),
          ),
          strategy: Type.Optional(Type.String({ description: 'How coordinated leader election picks the holder.' })),
        },
        { description: 'What the lease says.' },
      ),
    ),
  }),
  columns: [
    {
      name: 'Holder',
      type: 'string',
      description: 'Holder is the name of the client holding the lease',
      jsonPath: '.spec.holderIdentity',
    },
    { name: 'Age', type: 'date', description: 'CreationTimestamp', jsonPath: '.metadata.creationTimestamp' },
  ],
})
export type Lease = ObjectOf<typeof Lease>

export class LeaseResource extends StoredResource<Lease> {
  readonly storageVersion = Lease
  override readonly allowCreateOnUpdate = true
  override readonly managesGeneration = false
  override readonly strategicMergePatch = true
}
