import { age } from '../schema/columns.ts'
import { defineKind, type ObjectOf } from '../schema/kind.ts'
import { Type } from '../schema/type-helpers.ts'

/** autoscaling/v1 Scale: what `kubectl scale` and the autoscaler read and write of a resource that can be scaled. */
export const Scale = defineKind({
  group: 'autoscaling',
  version: 'v1',
  kind: 'Scale',
  plural: 'scales',
  definitionName: 'io.k8s.api.autoscaling.v1.Scale',
  description: 'Scale represents a scaling request for a resource.',
  omitEmpty: true,
  columns: [
    { name: 'Desired', type: 'integer', jsonPath: '.spec.replicas', description: 'Number of desired replicas' },
    { name: 'Available', type: 'integer', jsonPath: '.status.replicas', description: 'Number of actual replicas' },
    age,
  ],
  schema: Type.Object({
    spec: Type.Object(
      { replicas: Type.Optional(Type.Int32({ description: 'Desired number of instances.' })) },
      { default: {}, description: 'ScaleSpec describes the attributes of a scale subresource.' },
    ),
    status: Type.Object(
      {
        replicas: Type.Int32({ default: 0, description: 'Actual number of instances.' }),
        selector: Type.Optional(Type.String({ description: 'Label query over the instances that should be counted.' })),
      },
      { default: {}, description: 'ScaleStatus represents the current status of a scale subresource.' },
    ),
  }),
})
export type Scale = ObjectOf<typeof Scale>
