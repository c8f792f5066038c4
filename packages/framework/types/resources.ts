/** Mistakes that must not compile. `npm run types` fails when one of them does. */
import {
  ApiServer,
  convert,
  defineKind,
  MemoryBackend,
  Resource,
  StatusSubresource,
  StoredResource,
  Type,
  type Getter,
  type ObjectOf,
} from '../src/index.ts'

const Thing = defineKind({
  group: 'example.com',
  version: 'v1',
  kind: 'Thing',
  plural: 'things',
  schema: Type.Object({ spec: Type.Object({ size: Type.Integer(), note: Type.Optional(Type.String()) }) }),
})
type Thing = ObjectOf<typeof Thing>

const Old = defineKind({
  group: 'example.com',
  version: 'v1alpha1',
  kind: 'Thing',
  plural: 'things',
  schema: Type.Object({ size: Type.Integer() }),
})
type Old = ObjectOf<typeof Old>

export class Right extends StoredResource<Thing> {
  readonly storageVersion = Thing
  override readonly subresources = [new StatusSubresource<Thing>()]
  override readonly servedVersions = [
    convert<Old, Thing>(Old, {
      toStorage: ({ size, ...rest }) => ({ ...rest, spec: { size } }),
      fromStorage: ({ spec, ...rest }) => ({ ...rest, size: spec.size }),
    }),
  ]
  override validate({ spec }: Thing): [] {
    const size: number = spec.size
    const note: string | undefined = spec.note
    // @ts-expect-error -- a member that the schema does not have
    const color: unknown = spec.color
    return [size, note, color].slice(0, 0) as []
  }
}

// @ts-expect-error -- no kind
export class WithoutKind extends StoredResource<Thing> {}

export class OtherKind extends StoredResource<Thing> {
  // @ts-expect-error -- the kind of another type
  readonly storageVersion = Old
}

export const wrongConversion = convert<Old, Thing>(Old, {
  // @ts-expect-error -- the outcome is no Thing
  toStorage: ({ size, ...rest }) => ({ ...rest, spec: { length: size } }),
  fromStorage: ({ spec, ...rest }) => ({ ...rest, size: spec.size }),
})

export class Virtual extends Resource<Thing> implements Getter<Thing> {
  readonly storageVersion = Thing
  get(name: string): Promise<Thing> {
    return Promise.resolve({ apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name }, spec: { size: 1 } })
  }
}

export const server = new ApiServer({ backend: new MemoryBackend() }).install(new Right()).install(new Virtual())

// @ts-expect-error -- a server needs a backend
export const withoutBackend = new ApiServer({})
