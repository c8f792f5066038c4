import { defineKind, Type, type ObjectOf } from '@apiserver-kit/framework'

/** Flunder in its first version: one reference, and the kind that it refers to. */
export const Flunder = defineKind({
  group: 'wardle.example.com',
  version: 'v1alpha1',
  kind: 'Flunder',
  plural: 'flunders',
  definitionName: 'io.k8s.sample-apiserver.pkg.apis.wardle.v1alpha1.Flunder',
  omitEmpty: true,
  setDefaults: ({ spec }) => {
    if (spec.reference && !spec.referenceType) spec.referenceType = 'Flunder'
  },
  deprecationWarning: 'wardle.example.com/v1alpha1 Flunder is deprecated in v1.3+, unavailable in v1.10+',
  schema: Type.Object({
    spec: Type.Object(
      {
        reference: Type.Optional(
          Type.String({ description: 'A name of another flunder or fischer, depending on the reference type.' }),
        ),
        referenceType: Type.Optional(
          Type.String({ description: 'The reference type, defaults to "Flunder" if reference is set.' }),
        ),
      },
      { default: {} },
    ),
    status: Type.Object({}, { default: {} }),
  }),
})
export type Flunder = ObjectOf<typeof Flunder>
