/** Mistakes with rest interfaces, hooks and declarations of kinds that must not compile. */
import {
  convert,
  defineKind,
  Enum,
  field,
  Resource,
  StoredResource,
  Type,
  type CollectionDeleter,
  type Creater,
  type DeleteResult,
  type Deleter,
  type FieldError,
  type Getter,
  type Lister,
  type ObjectOf,
  type RequestContext,
  type Updater,
  type UpdateResult,
  type Watcher,
} from '../src/index.ts'

const common = { group: 'example.com', version: 'v1', kind: 'Thing', plural: 'things' } as const
const schema = Type.Object({
  spec: Type.Object({
    size: Type.Integer(),
    color: Enum(['red', 'green']),
    ports: Type.Optional(Type.ListMap(Type.Object({ name: Type.String() }), ['name'])),
  }),
})
const Thing = defineKind({ ...common, schema })
type Thing = ObjectOf<typeof Thing>
const Other = defineKind({ ...common, version: 'v2', schema: Type.Object({ width: Type.Number() }) })
type Other = ObjectOf<typeof Other>

// Kinds

export const columns = defineKind({
  ...common,
  schema,
  columns: [
    { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
    { name: 'Color', type: 'string', value: ({ spec }) => spec.color },
  ],
})
export const columnOfNothing = defineKind({
  ...common,
  schema,
  // @ts-expect-error -- a member that the schema does not have
  columns: [{ name: 'Width', type: 'number', value: ({ spec }) => Number(spec.width) }],
})
export const columnOfObject = defineKind({
  ...common,
  schema,
  // @ts-expect-error -- a cell is a scalar
  columns: [{ name: 'Spec', type: 'string', value: ({ spec }) => spec }],
})
export const columnOfOtherType = defineKind({
  ...common,
  schema,
  // @ts-expect-error -- no type of a column
  columns: [{ name: 'Size', type: 'int', jsonPath: '.spec.size' }],
})
// @ts-expect-error -- a kind has a plural
export const withoutPlural = defineKind({ group: 'example.com', version: 'v1', kind: 'Thing', schema })
// @ts-expect-error -- no scope
export const withOtherScope = defineKind({ ...common, schema, scope: 'Global' })
export const withDefaults = defineKind({
  ...common,
  schema,
  setDefaults: ({ spec }) => {
    spec.size ||= 1
    // @ts-expect-error -- none of the values
    spec.color = 'blue'
  },
})
// @ts-expect-error -- a key that the items do not have
export const listOfOtherKey = Type.ListMap(Type.Object({ name: Type.String() }), ['id'])
// @ts-expect-error -- a conversion has both ways, each to the other's kind
export const wrongFunctions = convert<Other, Thing>(Other, { toStorage: (object: Other) => object })

// Resources whose objects are not stored

export class Getting extends Resource<Thing> implements Getter<Thing> {
  readonly storageVersion = Thing
  // @ts-expect-error -- an object of another kind
  get(): Promise<Other | undefined> {
    return Promise.resolve(undefined)
  }
}
export class Listing extends Resource<Thing> implements Lister<Thing> {
  readonly storageVersion = Thing
  // @ts-expect-error -- a list of another kind
  list(): Promise<readonly Other[]> {
    return Promise.resolve([])
  }
}
export class Watching extends Resource<Thing> implements Watcher {
  readonly storageVersion = Thing
  // @ts-expect-error -- no stream of events
  watch(): Promise<readonly Thing[]> {
    return Promise.resolve([])
  }
}
export class Creating extends Resource<Thing> implements Creater<Thing> {
  readonly storageVersion = Thing
  // @ts-expect-error -- what is created is answered
  create(): Promise<void> {
    return Promise.resolve()
  }
}
export class Updating extends Resource<Thing> implements Updater<Thing> {
  readonly storageVersion = Thing
  // @ts-expect-error -- the new object is a function of the current one, not an object
  update(_name: string, object: Thing): Promise<UpdateResult<Thing>> {
    return Promise.resolve({ object, created: false })
  }
}
export class Deleting extends Resource<Thing> implements Deleter<Thing>, CollectionDeleter<Thing> {
  readonly storageVersion = Thing
  // @ts-expect-error -- whether it stays is answered, too
  delete(): Promise<Pick<DeleteResult<Thing>, 'object'>> {
    return Promise.reject(new Error('never'))
  }
  // @ts-expect-error -- a list, with its metadata
  deleteCollection(): Promise<readonly Thing[]> {
    return Promise.resolve([])
  }
}
// @ts-expect-error -- the method is missing
export class GettingNothing extends Resource<Thing> implements Getter<Thing> {
  readonly storageVersion = Thing
}

// Hooks of what is stored

export class Hooks extends StoredResource<Thing> {
  readonly storageVersion = Thing
  override prepareForCreate(thing: Thing, ctx: RequestContext): void {
    thing.spec.size = 1
    // @ts-expect-error -- none of the values
    thing.spec.color = 'blue'
    // @ts-expect-error -- who asks is not changed
    ctx.user.name = 'root'
  }
  override validate({ spec }: Thing): FieldError[] {
    // @ts-expect-error -- a path is a text
    return [field.required(['spec', 'size']), field.invalid('spec.size', spec.size, 'is wrong')]
  }
  // @ts-expect-error -- complaints are errors of fields, not texts
  override validateUpdate(): string[] {
    return []
  }
  // @ts-expect-error -- an object of another kind
  override canonicalize(thing: Thing): Other {
    return { apiVersion: Other.apiVersion, kind: 'Thing', metadata: thing.metadata, width: 1 }
  }
}
export class HooksOfOther extends StoredResource<Thing> {
  readonly storageVersion = Thing
  // @ts-expect-error -- a hook of another kind
  override prepareForUpdate(_object: Other): void {
    return undefined
  }
  // @ts-expect-error -- no hook: a name that nothing calls
  override prepareForDelete(): void {
    return undefined
  }
}
