import { objectType, types, type CelType } from '../../../schema/cel/cel-type.ts'
import { overFirst } from '../../../schema/cel/cost.ts'
import { global, type Overload } from '../../../schema/cel/overload.ts'
import type { StructType, StructTypes } from '../../../schema/cel/struct-value.ts'

const patchFields: ReadonlyMap<string, CelType> = new Map<string, CelType>([
  ['op', types.string],
  ['from', types.string],
  ['path', types.string],
  ['value', types.dyn],
])

/** Fields of any name: nothing is known of the object that is described. */
class AnyFields extends Map<string, CelType> {
  override get(): CelType {
    return types.dyn
  }
}
const anyFields = new AnyFields()

const jsonPatch: StructType = {
  type: objectType('JSONPatch', patchFields),
  fieldType: (name) => patchFields.get(name),
}

/** `JSONPatch{…}`, `Object{…}` and `Object.spec{…}`. Source: apiserver cel/mutation. */
export const patchTypes: StructTypes = (name) => {
  if (name === 'JSONPatch') return jsonPatch
  if (name !== 'Object' && !name.startsWith('Object.')) return undefined
  return { type: objectType(name, anyFields), fieldType: () => types.dyn }
}

export const patchLibrary: readonly Overload[] = [
  global(
    'jsonpatch.escapeKey',
    ['string'],
    'string',
    (key) => key.replaceAll('~', '~0').replaceAll('/', '~1'),
    overFirst(),
  ),
]
