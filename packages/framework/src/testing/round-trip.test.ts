import { expect } from 'chai'
import { convert, type ServedVersion } from '../registry/conversion.ts'
import { field, type FieldError } from '../meta/field-error.ts'
import { StoredResource } from '../registry/stored-resource.ts'
import { defineKind, type ObjectOf } from '../schema/kind.ts'
import { Enum, Type } from '../schema/type-helpers.ts'
import { roundTrip, type RoundTripOptions } from './round-trip.ts'

const common = { group: 'example.com', kind: 'Thing', plural: 'things' } as const
const members = {
  color: Type.Optional(Enum(['red', 'green'])),
  tags: Type.Optional(Type.ListSet(Type.String({ pattern: '^[a-z]{1,3}$' }), { maxItems: 3 })),
  ports: Type.Optional(Type.ListMap(Type.Object({ name: Type.String(), at: Type.IntOrString() }), ['name'])),
  limits: Type.Optional(Type.Map(Type.Quantity())),
  since: Type.Optional(Type.Time()),
}
const size = Type.Integer({ minimum: 1, maximum: 9 })
const Thing = defineKind({
  ...common,
  version: 'v1',
  schema: Type.Object({ spec: Type.Object({ size, ...members }) }),
})
type Thing = ObjectOf<typeof Thing>
const Old = defineKind({
  ...common,
  version: 'v1alpha1',
  schema: Type.Object({ size, rest: Type.Optional(Type.Object(members)) }),
})
type Old = ObjectOf<typeof Old>

const lossless = {
  toStorage: ({ size, rest, ...object }: Old): Thing => ({ ...object, spec: { ...rest, size } }),
  fromStorage: ({ spec: { size, ...rest }, ...object }: Thing): Old => ({ ...object, size, rest }),
}
const keep = convert<Old, Thing>(Old, lossless)

class ThingResource extends StoredResource<Thing> {
  readonly storageVersion = Thing
  override readonly servedVersions: readonly ServedVersion<Thing>[]
  override readonly encodedVersion: ServedVersion<Thing> | undefined
  seen = 0

  constructor(version: ServedVersion<Thing>, encoded = false) {
    super()
    this.servedVersions = [version]
    this.encodedVersion = encoded ? version : undefined
  }
  override validate({ spec }: Thing): FieldError[] {
    this.seen++
    return spec.size === 7 ? [field.invalid('spec.size', 7, 'is unlucky')] : []
  }
}

/** The failures of the declared tests, by their names. */
async function outcomes(resource: StoredResource<Thing>, options?: RoundTripOptions): Promise<Map<string, string>> {
  const tests = new Map<string, () => Promise<void>>()
  roundTrip(
    resource,
    {
      describe: (_name, body) => {
        body()
      },
      it: (name, body) => tests.set(name, body),
    },
    options,
  )
  const failures = new Map<string, string>()
  for (const [name, body] of tests)
    failures.set(
      name,
      await body().then(
        () => '',
        (error: unknown) => `${String(error)} ${String((error as Error).cause)}`,
      ),
    )
  return failures
}

const names = {
  hub: 'keeps every field of v1 by way of v1alpha1',
  spoke: 'keeps every field of v1alpha1 by way of v1',
  store: 'keeps every field of v1 in the store',
  spokeStore: 'keeps every field of v1alpha1 in the store',
}

describe('roundTrip', () => {
  it('passes where nothing is lost, on every pair of versions and in the store', async () => {
    const resource = new ThingResource(keep)
    const results = await outcomes(resource, { runs: 50 })
    expect(Object.fromEntries(results)).to.deep.equal(
      Object.fromEntries(Object.values(names).map((name) => [name, ''])),
    )
    expect(resource.seen).to.be.at.least(200)
  })

  it('fails, with the path, where a conversion loses a field', async () => {
    const loses = convert<Old, Thing>(Old, {
      toStorage: ({ size, rest: _, ...object }) => ({ ...object, spec: { size } }),
      fromStorage: ({ spec: { size }, ...object }) => ({ ...object, size }),
    })
    const results = await outcomes(new ThingResource(loses))
    expect(results.get(names.hub)).to.match(/spec\.(color|tags|ports|limits|since) of this Thing is lost/)
    expect(results.get(names.spoke)).to.include('.rest of this Thing is lost')
    expect(results.get(names.store)).to.equal('')
  })

  it('fails where a conversion changes a value, or loses metadata', async () => {
    const changes = convert<Old, Thing>(Old, {
      toStorage: ({ size, rest, ...object }) => ({ ...object, spec: { ...rest, size } }),
      fromStorage: ({ spec: { size, ...rest }, ...object }) => ({ ...object, size: Math.min(size, 8), rest }),
    })
    expect((await outcomes(new ThingResource(changes))).get(names.hub)).to.include('.spec.size of this Thing is lost')
    const forgets = convert<Old, Thing>(Old, {
      ...lossless,
      fromStorage: (object) => ({ ...lossless.fromStorage(object), metadata: { name: object.metadata.name ?? '' } }),
    })
    expect((await outcomes(new ThingResource(forgets))).get(names.hub)).to.match(
      /\.metadata\.\w+ of this Thing is lost/,
    )
  })

  it('fails where the bytes in the store lose a field', async () => {
    const loses = convert<Old, Thing>(Old, {
      toStorage: ({ size, rest: _, ...object }) => ({ ...object, spec: { size } }),
      fromStorage: ({ spec: { size }, ...object }) => ({ ...object, size }),
    })
    expect((await outcomes(new ThingResource(loses, true))).get(names.store)).to.match(/of this Thing is lost/)
  })

  it('fails where no valid object is met', async () => {
    class Refusing extends ThingResource {
      override validate(): FieldError[] {
        return [field.forbidden('spec', 'never')]
      }
    }
    const results = await outcomes(new Refusing(keep), { runs: 3 })
    expect(results.get(names.hub)).to.include('pre-condition')
  })
})
