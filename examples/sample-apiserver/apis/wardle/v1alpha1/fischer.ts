import { defineKind, Type, type ObjectOf } from '@apiserver-kit/framework'

/** Fischer: names that no Flunder may bear. */
export const Fischer = defineKind({
  group: 'wardle.example.com',
  version: 'v1alpha1',
  kind: 'Fischer',
  plural: 'fischers',
  scope: 'Cluster',
  definitionName: 'io.k8s.sample-apiserver.pkg.apis.wardle.v1alpha1.Fischer',
  omitEmpty: true,
  deprecationWarning: 'wardle.example.com/v1alpha1 Fischer is deprecated in v1.3+, unavailable in v1.10+',
  schema: Type.Object({
    disallowedFlunders: Type.Optional(
      Type.Array(Type.String(), {
        description: 'DisallowedFlunders holds a list of Flunder.Names that are disallowed.',
      }),
    ),
  }),
})
export type Fischer = ObjectOf<typeof Fischer>
