import { defineKind, Type, type ObjectOf } from '@apiserver-kit/framework'

/** What `campus` below a University answers. */
export const UniversityCampus = defineKind({
  group: 'miskatonic.example.com',
  version: 'v1alpha1',
  kind: 'UniversityCampus',
  plural: 'universitycampuss',
  schema: Type.Object({
    status: Type.Object({
      generation: Type.Integer({ description: 'How often the spec of the object was changed.' }),
    }),
  }),
})
export type UniversityCampus = ObjectOf<typeof UniversityCampus>
