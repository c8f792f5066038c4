import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { Gadget } from '../../examples/widgets/apis/golden/v1/gadget.ts'
import { Widget } from '../../examples/widgets/apis/golden/v1/widget.ts'
import { Widget as WidgetV1beta1 } from '../../examples/widgets/apis/golden/v1beta1/widget.ts'
import { isObject, type JsonObject, type JsonValue } from '../../packages/framework/src/util/json.ts'
import { readYaml } from '../../packages/framework/src/util/yaml.ts'

type Definition = { spec: { names: JsonObject; scope: string; versions: Version[] } }
type Version = { name: string; schema: { openAPIV3Schema: JsonObject }; deprecationWarning?: string; [key: string]: unknown }

/** The recorded server's definitions, as they stand in widgets.crd.yaml. */
const [widgets, gadgets] = readFileSync(join(import.meta.dirname, 'widgets.crd.yaml'), 'utf8')
  .split(/^---$/m)
  .map((document) => readYaml(document).value as unknown as Definition)

/** The few things that JSON Schema and the definitions say in different words, said in one. */
function normalized(schema: JsonValue): JsonValue {
  if (Array.isArray(schema)) return schema.map(normalized)
  if (!isObject(schema)) return schema
  const { required, ...rest } = schema
  const out: JsonObject = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, normalized(value)]))
  if (Array.isArray(required)) out.required = required.map(String).sort()
  for (const [bound, flag] of [['minimum', 'exclusiveMinimum'], ['maximum', 'exclusiveMaximum']] as const)
    if (out[flag] === true) {
      out[flag] = out[bound] ?? null
      delete out[bound]
    }
  if (out['x-kubernetes-int-or-string'] === true) delete out.anyOf
  if (isObject(out.properties) && Object.keys(out.properties).length === 0) delete out.properties
  return out
}

function membersOf(schema: JsonObject): JsonValue {
  const { apiVersion: _a, kind: _k, metadata: _m, ...properties } = schema.properties as JsonObject
  return normalized({ ...schema, properties })
}

describe('the kinds of examples/widgets', () => {
  const declared = [
    [widgets, Widget],
    [widgets, WidgetV1beta1],
    [gadgets, Gadget],
  ] as const
  for (const [definition, kind] of declared)
    it(`${kind.kind} ${kind.version} says what the recorded server's definition says`, () => {
      const version = definition?.spec.versions.find(({ name }) => name === kind.version)
      if (!definition || !version) throw new Error('widgets.crd.yaml does not have it')
      const { names, scope } = definition.spec
      // What TypeBox keeps under symbols is no part of the schema.
      const schema = JSON.parse(JSON.stringify(kind.schema)) as JsonObject
      expect(membersOf(schema)).to.deep.equal(membersOf(version.schema.openAPIV3Schema))
      const { plural, singular, listKind, shortNames, categories } = kind
      expect({ plural, singular, kind: kind.kind, listKind, shortNames, categories, scope: kind.scope }).to.deep.equal({
        categories: [],
        ...names,
        scope,
      })
      expect(kind.columns).to.deep.equal(version.additionalPrinterColumns)
      expect(kind.selectableFields).to.deep.equal(
        ((version.selectableFields ?? []) as { jsonPath: string }[]).map(({ jsonPath }) => jsonPath),
      )
      expect(kind.deprecationWarning).to.equal(version.deprecationWarning)
    })
})
