import { defineKind, Type, type ObjectOf } from '@apiserver-kit/framework'

/** Flunder in its preferred version: a member for each kind that it may refer to. */
export const Flunder = defineKind({
  group: 'wardle.example.com',
  version: 'v1beta1',
  kind: 'Flunder',
  plural: 'flunders',
  definitionName: 'io.k8s.sample-apiserver.pkg.apis.wardle.v1beta1.Flunder',
  omitEmpty: true,
  schema: Type.Object({
    spec: Type.Object(
      {
        fischerReference: Type.Optional(
          Type.String({ description: 'A name of another fischer, mutually exclusive to the FlunderReference.' }),
        ),
        flunderReference: Type.Optional(
          Type.String({ description: 'A name of another flunder, mutually exclusive to the FischerReference.' }),
        ),
        referenceType: Type.Optional(Type.String({ description: 'The reference type.' })),
      },
      { default: {} },
    ),
    status: Type.Object({}, { default: {} }),
  }),
})
export type Flunder = ObjectOf<typeof Flunder>
