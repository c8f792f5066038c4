import { defineKind, Type, type ObjectOf } from '@apiserver-kit/framework'

/** One page of a site. */
export const Page = defineKind({
  group: 'sites.example.com',
  version: 'v1',
  kind: 'Page',
  plural: 'pages',
  schema: Type.Object({ spec: Type.Object({ url: Type.String() }) }),
})
export type Page = ObjectOf<typeof Page>
