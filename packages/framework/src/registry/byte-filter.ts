import type { FieldSelector } from '../meta/field-selector.ts'
import type { LabelSelector } from '../meta/label-selector.ts'
import type { Kind } from '../schema/kind.ts'
import { structuralSchema, type StructuralSchema } from '../schema/structural-schema.ts'
import type { StoredItem } from '../storage/stored-item.ts'

/** Whether an object's bytes hold what its selectors ask for somewhere: those that do not need not be parsed. */
export type ByteTest = (item: StoredItem) => boolean

/**
 * Finds what must stand in the bytes of an object that selectors are to match. A list of the few of many then reads each once, where it would make an
 * object of each.
 */
export class ByteFilter {
  /** The types of the selectable fields whose value, if there is one, stands in the bytes. */
  readonly #types = new Map<string, string>()

  constructor(kind: Kind) {
    const schema = structuralSchema(kind.schema)
    for (const path of kind.selectableFields) {
      const name = path.replace(/^\./, '')
      const type = writtenType(schema, name.split('.'))
      if (type !== undefined) this.#types.set(name, type)
    }
  }

  /** Undefined where nothing can be said. */
  test(labels: LabelSelector, fields: FieldSelector): ByteTest | undefined {
    const texts = [...labelTexts(labels), ...this.#fieldTexts(fields)]
    if (!texts.length) return undefined
    const needles = texts.map((text) => Buffer.from(text))
    return ({ codec, bytes }) => !codec.inHub(bytes) || needles.every((needle) => bytes.includes(needle))
  }

  #fieldTexts({ requirements }: FieldSelector): string[] {
    return requirements.flatMap(({ field, operator, value }) => {
      const type = this.#types.get(field)
      // An empty value is also that of a field that is not there.
      if (type === undefined || operator !== '=' || value === '') return []
      return type === 'string' ? JSON.stringify(value) : value
    })
  }
}

const labelTexts = ({ requirements }: LabelSelector): string[] =>
  requirements.flatMap(({ key, operator, values }) => {
    const member = `${JSON.stringify(key)}:`
    if (operator === 'exists') return member
    return ['=', '==', 'in'].includes(operator) && values.length === 1 ? member + JSON.stringify(values[0]) : []
  })

/** Undefined where a default could stand in for what was written, or the text of a value is not that of its JSON. */
function writtenType(schema: StructuralSchema, [name, ...rest]: readonly string[]): string | undefined {
  const member = name === undefined ? undefined : schema.properties.get(name)
  if (!member || member.default !== undefined) return undefined
  if (rest.length) return writtenType(member, rest)
  const [type, ...others] = member.types
  return others.length || !['string', 'integer', 'boolean'].includes(type ?? '') ? undefined : type
}
