import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Column, Kind } from '../kind.ts'
import { defineKind } from '../kind.ts'
import { Type } from '../type-helpers.ts'
import { creationErrors } from './creation-errors.ts'

/** What kube-apiserver 1.36 said of CustomResourceDefinitions. */
interface Recorded {
  readonly name: string
  readonly schema: Record<string, unknown>
  readonly version?: {
    readonly additionalPrinterColumns?: readonly Column[]
    readonly selectableFields?: readonly { readonly jsonPath: string }[]
    readonly deprecationWarning?: string
  }
  readonly names?: Partial<Kind>
  readonly errors: readonly string[]
}

const recorded = JSON.parse(readFileSync(join(import.meta.dirname, 'testdata/recorded.json'), 'utf8')) as Recorded[]

/** Where we say something else, with the reason. */
const lenient: Readonly<Record<string, string>> = {
  'field without a type': 'a schema that only describes takes anything, as Type.Unknown() does',
  'items without a type': 'a schema that only describes takes anything, as Type.Unknown() does',
  'default of missing whose member has a default': 'the default of the member counts',
  'rule syntax': 'what could stand there instead is not listed',
  'column path broken': 'kube-apiserver takes it, and shows nothing',
  'selectable too many': 'Event has ten in Kubernetes itself',
  'kind with a dash': 'defineKind refuses it',
}

/** Paths of a definition as they are in a kind. */
const inKind = (error: string): string =>
  error
    .replaceAll('spec.validation.openAPIV3Schema', 'schema')
    .replace(/^spec\.(?:names\.|versions\[0\]\.)?/, '')
    .replace('additionalPrinterColumns', 'columns')
    .replace('JSONPath:', 'jsonPath:')
    .replace(/^(selectableFields\[\d\])\.jsonPath/, '$1')

describe('creationErrors', () => {
  for (const { name, schema, version = {}, names = {}, errors } of recorded)
    if (lenient[name] === undefined && !name.startsWith('cost of'))
      it(`says what kube-apiserver says: ${name}`, () => {
        const kind = defineKind({
          group: 'probe.example.com',
          version: 'v1',
          kind: 'Thing',
          plural: 'things',
          schema: Type.Unsafe(schema),
          ...names,
          ...(version.additionalPrinterColumns ? { columns: version.additionalPrinterColumns } : {}),
          ...(version.selectableFields ? { selectableFields: version.selectableFields.map((f) => f.jsonPath) } : {}),
          ...(version.deprecationWarning === undefined ? {} : { deprecationWarning: version.deprecationWarning }),
        })
        expect(creationErrors(kind).map(String)).to.have.members(errors.map(inKind))
      })
})
