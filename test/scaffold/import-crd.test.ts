import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Kind } from '@apiserver-kit/framework'
import { expect } from 'chai'
import { parseAllDocuments } from 'yaml'
import { compileKind } from '../../packages/framework/src/schema/structural.ts'
import { structuralSchema, type StructuralSchema } from '../../packages/framework/src/schema/structural-schema.ts'
import { TemporaryProject } from './temporary-project.ts'

const widgets = join(import.meta.dirname, '..', 'golden', 'widgets.crd.yaml')

type Schema = Parameters<typeof structuralSchema>[0]

interface Crd {
  readonly spec: {
    readonly names: { readonly kind: string }
    readonly versions: readonly {
      readonly name: string
      readonly schema: {
        readonly openAPIV3Schema: Schema & { properties: Record<string, { properties?: unknown }>; required?: string[] }
      }
      readonly additionalPrinterColumns?: readonly unknown[]
      readonly selectableFields?: readonly { readonly jsonPath: string }[]
    }[]
  }
}

describe('apiserver-kit import crd', function () {
  this.timeout(120_000)
  let project: TemporaryProject
  const imported = async (path: string, kind: string): Promise<Kind> => {
    const module = (await import(pathToFileURL(join(project.directory, path)).href)) as Record<string, Kind>
    const declared = module[kind]
    if (!declared) throw new Error(`${path} exports no ${kind}`)
    return declared
  }

  before(() => {
    project = new TemporaryProject()
  })
  after(() => {
    project.remove()
  })

  it('writes declarations that compile', () => {
    project.ok('import', 'crd', widgets)
    for (const path of [
      'apis/golden/v1/widget-parts.ts',
      'apis/golden/v1/widget.ts',
      'apis/golden/v1beta1/widget.ts',
      'apis/golden/v1/gadget.ts',
    ])
      expect(project.has(path), path).to.equal(true)
    project.typeCheck()
  })

  it('keeps everything that the schemas say', async () => {
    let compared = 0
    for (const { spec } of crds())
      for (const { name, schema, additionalPrinterColumns, selectableFields } of spec.versions) {
        const { kind } = spec.names
        const declared = await imported(`apis/golden/${name}/${kind.toLowerCase()}.ts`, kind)
        expect(comparable(structuralSchema(declared.schema)), `${kind} ${name}`).to.deep.equal(
          comparable(structuralSchema(withoutOwn(schema.openAPIV3Schema))),
        )
        expect(declared.columns ?? []).to.deep.equal(additionalPrinterColumns ?? [])
        expect(declared.selectableFields).to.deep.equal((selectableFields ?? []).map(({ jsonPath }) => jsonPath))
        compileKind(declared)
        compared++
      }
    expect(compared).to.equal(3)
  })

  it('writes it with the helpers', () => {
    const [text, parts] = [project.read('apis/golden/v1/widget.ts'), project.read('apis/golden/v1/widget-parts.ts')]
    for (const helper of [
      'Enum([',
      'Type.ListMap(',
      'Type.ListSet(',
      'Type.IntOrString(',
      'Type.Int32(',
      'Type.Int64(',
      'Type.Time(',
      'Type.Duration(',
      'Type.Map(',
      'Type.Nullable(',
      'Type.EmbeddedResource(',
      'Type.Preserved(',
      'Type.Optional(',
      'Type.PartialObject(',
      '...rules(',
    ])
      expect(text + parts).to.include(helper)
    expect(text).to.include('    parts: Type.ListMap(part, ').and.to.include("from './widget-parts.ts'")
    expect(parts).to.include('export const part = Type.Object(')
    expect(Math.max(...[text, parts].map((file) => file.split('\n').length))).to.be.below(301)
    const resource = project.read('server/widget.ts')
    expect(resource).to.include('convert<WidgetV1beta1, Widget>(WidgetV1beta1)')
    expect(resource).to.include('new StatusSubresource<Widget>()')
    expect(resource).to.match(/new ScaleSubresource<Widget>\(\{[^}]*labelSelectorPath: '.status.selector'/)
    expect(project.read('server/gadget.ts')).to.not.include('Subresource')
    expect(project.read('apis/golden/v1/gadget.ts')).to.include("scope: 'Cluster'")
  })

  it('is served: the manifests know of it', () => {
    const report = JSON.parse(project.ok('manifests', '--dry-run', '--json')) as {
      changes: { path: string; diff: string }[]
    }
    const services = report.changes.find(({ path }) => path.endsWith('base/apiservices.yaml'))?.diff ?? ''
    expect(services).to.include('name: v1.golden.example.com').and.to.include('name: v1beta1.golden.example.com')
  })

  it('changes nothing when it runs again, and writes over what changed only when told to', () => {
    const before = project.snapshot()
    expect(project.ok('import', 'crd', widgets)).to.include('Nothing to change')
    project.write('server/gadget.ts', `${project.read('server/gadget.ts')}// mine\n`)
    expect(project.refused('import', 'crd', widgets)).to.include(
      'server/gadget.ts is there already: nothing was changed',
    )
    project.ok('import', 'crd', widgets, '--force')
    expect(project.snapshot()).to.deep.equal(before)
  })

  it('takes what other tools write: lists, exclusive bounds, great numbers, enums of numbers, versions not served', async () => {
    project.write('others.yaml', others)
    const { code, stderr, stdout } = project.run('import', 'crd', 'others.yaml')
    expect(code, stderr + stdout).to.equal(0)
    expect(stderr).to.include('warning: pipes.other.example.com: a webhook converts its versions')
    project.typeCheck()
    const [, schema] = [await imported('apis/other/v1/pipe.ts', 'Pipe')].flatMap((kind) => [kind, kind.schema])
    const [crd] = itemsOf(parse(others))
    expect(comparable(structuralSchema(schema as Schema))).to.deep.equal(
      comparable(structuralSchema(withoutOwn(crd?.spec.versions[1]?.schema.openAPIV3Schema as never))),
    )
    expect(project.read('server/pipe.ts')).to.include('served: false')
    expect(project.read('apis/other/v1alpha1/pipe.ts')).to.include("deprecationWarning: 'use v1'")
  })

  it('says what is wrong with a file', () => {
    expect(project.refused('import', 'crd')).to.include('Something is missing. Type: apiserver-kit import crd')
    expect(project.refused('import', 'crd', 'absent.yaml')).to.include('absent.yaml cannot be read')
    project.write('map.yaml', 'kind: ConfigMap\n')
    expect(project.refused('import', 'crd', 'map.yaml')).to.include('holds no CustomResourceDefinition')
    project.write('broken.yaml', 'a: [\n')
    expect(project.refused('import', 'crd', 'broken.yaml')).to.include('broken.yaml: ')
    project.write('old.yaml', 'apiVersion: apiextensions.k8s.io/v1beta1\nkind: CustomResourceDefinition\n')
    expect(project.refused('import', 'crd', 'old.yaml')).to.include('bring it to apiextensions.k8s.io/v1 first')
    expect(project.refused('import')).to.include('Run: apiserver-kit import crd FILE')
  })
})

const others = `
apiVersion: v1
kind: List
items:
- apiVersion: apiextensions.k8s.io/v1
  kind: CustomResourceDefinition
  metadata: {name: pipes.other.example.com}
  spec:
    group: other.example.com
    scope: Namespaced
    names: {plural: pipes, kind: Pipe, singular: pipe, listKind: PipeList}
    conversion: {strategy: Webhook}
    versions:
    - name: v1alpha1
      served: false
      storage: false
      deprecated: true
      deprecationWarning: use v1
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          description: |-
            A pipe's "description"
            of two lines.
          type: object
          required: [metadata, spec]
          properties:
            metadata: {type: object, properties: {name: {type: string, maxLength: 5}}}
            spec:
              type: object
              required: [flow]
              properties:
                flow: {type: number, minimum: 0, exclusiveMinimum: true, maximum: 10, exclusiveMaximum: false}
                huge: {type: integer, format: int64, maximum: 9223372036854775807, minimum: -9223372036854775808}
                level: {type: integer, enum: [1, 2, 3]}
                switch: {type: string, enum: ["on", "off", "yes"], default: "on"}
                maybe: {type: string, nullable: true, enum: [a, null]}
                date: {type: string, default: "2020-01-01"}
                moment: {type: string, example: 2020-01-01, description: "5:30"}
                cpu:
                  anyOf: [{type: integer}, {type: string}]
                  pattern: '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$'
                  x-kubernetes-int-or-string: true
                free: {type: object, x-kubernetes-preserve-unknown-fields: true}
                open: {type: object, additionalProperties: true}
                empty: {type: object}
                'odd-name': {type: boolean, default: false}
                __proto__x: {type: string}
                list: {type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [a, b-c], items: {type: object, required: [a], properties: {a: {type: string}, b-c: {type: string}}}}
                scale: {type: array, items: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`

const parse = (text: string): unknown[] => parseAllDocuments(text).map((document) => document.toJS() as unknown)

const itemsOf = (documents: readonly unknown[]): Crd[] =>
  documents.flatMap((document) => (document as { items?: Crd[] }).items ?? [document as Crd])

const crds = (): Crd[] => itemsOf(parse(readFileSync(widgets, 'utf8')))

function withoutOwn(
  schema: Schema & { properties?: Record<string, { properties?: unknown }>; required?: string[] },
): Schema {
  const own = ['apiVersion', 'kind', ...(schema.properties?.['metadata']?.properties ? [] : ['metadata'])]
  const properties = Object.entries(schema.properties ?? {}).filter(([name]) => !own.includes(name))
  const { required = [] } = schema
  return {
    ...schema,
    properties: Object.fromEntries(properties),
    required: required.filter((name) => !own.includes(name)),
  }
}

/** The order in which required members are named does not matter: they are looked at in the order of the properties. */
function comparable(schema: StructuralSchema): unknown {
  return JSON.parse(
    JSON.stringify({ schema }, (name: string, value: unknown) => {
      if (value instanceof Map) return { properties: [...(value as Map<string, unknown>)] }
      return name === 'required' && Array.isArray(value) ? [...(value as string[])].sort() : value
    }),
  )
}
