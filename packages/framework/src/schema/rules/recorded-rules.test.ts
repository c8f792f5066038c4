import { readdirSync, readFileSync } from 'node:fs'
import type { TSchema } from '@sinclair/typebox'
import { expect } from 'chai'
import type { KubeObject } from '../../meta/object.ts'
import { clone, isObject, type JsonObject, type JsonValue } from '../../util/json.ts'
import { parseYaml } from '../../util/yaml.ts'
import { defineKind } from '../kind.ts'
import { compileKind, type CompiledKind, type SchemaVerdict } from '../structural.ts'

const golden = new URL('../../../../../test/golden/', import.meta.url)

interface Step {
  readonly method: string
  readonly path: string
  readonly body: JsonObject
  readonly want: { readonly status: number; readonly warning?: string; readonly body: JsonObject }
}

const at = (value: JsonValue | undefined, ...keys: (string | number)[]): JsonValue =>
  keys.reduce<JsonValue>((found, key) => (found as Record<string, JsonValue>)[key] ?? null, value ?? null)

/** The kinds that the recorded server had. */
function widgets(): Map<string, CompiledKind> {
  const crd = parseYaml(readFileSync(new URL('widgets.crd.yaml', golden), 'utf8').split('\n---\n')[0] ?? '')
  const versions = at(crd, 'spec', 'versions') as JsonValue[]
  return new Map(
    versions.map((version) => {
      const name = at(version, 'name') as string
      const schema = at(version, 'schema', 'openAPIV3Schema') as unknown as TSchema
      const group = 'golden.example.com'
      return [name, compileKind(defineKind({ group, version: name, kind: 'Widget', plural: 'widgets', schema }))]
    }),
  )
}

function mergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isObject(patch)) return patch
  const merged: JsonObject = isObject(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(merged, key)
    else merged[key] = mergePatch(merged[key], value)
  }
  return merged
}

const kinds = widgets()
const directory = new URL('widgets/', golden)
const names = readdirSync(directory).filter((name) => /^(?:cel-|ratchet-cel)/.test(name))

describe('compileRules, against recorded conversations', () => {
  for (const name of names)
    it(`answers as recorded in ${name}`, () => {
      const file = JSON.parse(readFileSync(new URL(name, directory), 'utf8')) as { steps: Step[] }
      let live: KubeObject | undefined
      for (const step of file.steps) {
        if (step.method === 'GET') continue
        const { object, verdict } = judge(step, live)
        expect(causes(verdict), JSON.stringify(step.body)).to.have.members(wantedCauses(step))
        const warned = verdict.warnings.map((text) => `299 - ${JSON.stringify(text)}`)
        expect(step.want.warning ?? '').to.contain(warned.join(', '))
        if (step.want.status < 300) live = object
      }
    })
})

function judge(step: Step, live: KubeObject | undefined): { object: KubeObject; verdict: SchemaVerdict } {
  const version = /^\/apis\/[^/]+\/([^/]+)/.exec(step.path)?.[1] ?? ''
  const kind = kinds.get(version)
  if (!kind) throw new Error(`no version ${version}`)
  const apiVersion = `golden.example.com/${version}`
  const made = step.method === 'PATCH' ? mergePatch(live as unknown as JsonObject, step.body) : step.body
  const object = { ...(clone(made) as unknown as KubeObject), apiVersion }
  const old = live && { ...clone(live), apiVersion }
  kind.default(object)
  const status = old && step.path.endsWith('/status')
  return { object, verdict: status ? kind.validateStatus(object, old) : kind.validate(object, old) }
}

const causes = ({ errors }: SchemaVerdict): string[] =>
  errors.map(({ type, path, body }) => JSON.stringify([type, path === '' ? '<nil>' : path, body]))

function wantedCauses({ want }: Step): string[] {
  if (want.status < 400) return []
  const list = at(want.body, 'details', 'causes') as JsonValue[]
  return list.map((cause) => JSON.stringify([at(cause, 'reason'), at(cause, 'field'), at(cause, 'message')]))
}
