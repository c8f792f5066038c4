import { stringify } from 'yaml'
import type { DeclaredKind, JsonSchema } from '../project/declared-kinds.ts'
import { sampleOf } from '../project/sample-object.ts'
import type { SourceFile } from '../scaffold/changes.ts'
import { Html, html } from './html.ts'

const style = `:root { color-scheme: light dark; --line: #8884; --dim: #888 }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem 2rem 4rem }
code, pre { font: 13px/1.45 ui-monospace, monospace }
pre { border: 1px solid var(--line); border-radius: 6px; overflow: auto; padding: .7rem 1rem }
table { border-collapse: collapse; width: 100% }
td, th { border-bottom: 1px solid var(--line); padding: .3rem .8rem .3rem 0; text-align: left; vertical-align: top }
.dim, .type { color: var(--dim) }
details { border-left: 2px solid var(--line); margin: .3rem 0 .3rem .2rem; padding-left: .9rem }
summary { cursor: pointer }
.field { margin: .35rem 0 }
.badge { border: 1px solid var(--line); border-radius: 4px; font-size: 12px; padding: 0 .35rem }`

const generator = '<meta name="generator" content="apiserver-kit docs" />'

/** Whether these pages have it, and nobody else's. */
export const isReferencePage = (text: string): boolean => text.includes(generator)

const page = (title: string, body: Html): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        ${new Html(generator)}
        <meta name="viewport" content="width=device-width" />
        <title>${title}</title>
        <style>
          ${new Html(style)}
        </style>
      </head>
      <body>
        ${body}
      </body>
    </html> `.text

const fileOf = ({ group, version, kind }: DeclaredKind): string => `${group}/${version}/${kind.toLowerCase()}.html`

/** Pages without scripts, that link to each other and to nothing else. */
export function referencePages(
  output: string,
  title: string,
  kinds: readonly DeclaredKind[],
  descriptions: Readonly<Record<string, string>>,
): SourceFile[] {
  const groups = [...new Set(kinds.map(({ group }) => group))].sort()
  const index = html`<h1>${title}</h1>
    ${groups.map(
      (group) =>
        html`<h2 id="${group}">${group}</h2>
          <p>${descriptions[group] ?? ''}</p>
          <table>
            <tr>
              <th>Kind</th>
              <th>Version</th>
              <th>Resource</th>
              <th></th>
            </tr>
            ${kinds
              .filter((kind) => kind.group === group)
              .map(
                (kind) =>
                  html`<tr>
                    <td><a href="${fileOf(kind)}">${kind.kind}</a></td>
                    <td>${kind.version}</td>
                    <td><code>${kind.plural}</code></td>
                    <td class="dim">${kind.description}</td>
                  </tr> `,
              )}
          </table> `,
    )}`
  return [
    { path: `${output}/index.html`, text: page(title, index) },
    ...kinds.map((kind) => ({
      path: `${output}/${fileOf(kind)}`,
      text: page(`${kind.kind} ${kind.group}/${kind.version}`, kindPage(kind)),
    })),
  ]
}

function kindPage(kind: DeclaredKind): Html {
  const namespaced = kind.scope === 'Namespaced'
  const path = `/apis/${kind.group}/${kind.version}/${namespaced ? 'namespaces/NAMESPACE/' : ''}${kind.plural}`
  const rows: (readonly [string, string])[] = [
    ['API version', `${kind.group}/${kind.version}`],
    ['Resource', [kind.plural, kind.singular, ...kind.shortNames].join(', ')],
    ['Scope', namespaced ? 'in a namespace' : 'in no namespace'],
    ['URL', path],
    ['Verbs', kind.verbs.join(', ')],
    ...kind.subresources.map(({ name, verbs }): [string, string] => [`…/NAME/${name}`, verbs.join(', ')]),
    ...(kind.categories.length ? [['Categories', kind.categories.join(', ')] as const] : []),
    ...(kind.selectableFields.length ? [['Field selectors', kind.selectableFields.join(', ')] as const] : []),
  ]
  return html`<p><a href="../../index.html">All kinds</a></p>
    <h1>${kind.kind}</h1>
    <p>${kind.description}</p>
    ${kind.deprecationWarning === undefined ? '' : html`<p><strong>Deprecated:</strong> ${kind.deprecationWarning}</p>`}
    <table>
      ${rows.map(
        ([name, value]) =>
          html`<tr>
            <th>${name}</th>
            <td><code>${value}</code></td>
          </tr> `,
      )}
    </table>
    <h2>Example</h2>
    <pre>${exampleOf(kind)}</pre>
    <h2>Fields</h2>
    ${fieldsOf(kind.schema)}
    ${
      kind.columns.length
        ? html`<h2>Columns of kubectl get</h2>
            <table>
              ${kind.columns.map(
                ({ name, type, jsonPath, description }) =>
                  html`<tr>
                    <td>${name}</td>
                    <td class="type">${type}</td>
                    <td><code>${jsonPath ?? ''}</code></td>
                    <td>${description ?? ''}</td>
                  </tr> `,
              )}
            </table>`
        : ''
    }`
}

/** What one may write: without status. */
function exampleOf(kind: DeclaredKind): string {
  const { status: _, ...members } = sampleOf(kind.schema) as Record<string, unknown>
  const metadata = { name: 'example', ...(kind.scope === 'Namespaced' ? { namespace: 'default' } : {}) }
  return stringify({ apiVersion: `${kind.group}/${kind.version}`, kind: kind.kind, metadata, ...members })
}

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function fieldsOf(schema: JsonSchema): Html {
  const required = new Set((schema['required'] ?? []) as string[])
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>)
  return html`${properties.map(([name, member]) => fieldOf(name, member, required.has(name)))}`
}

function fieldOf(name: string, schema: JsonSchema, required: boolean): Html {
  const head = html`<code>${name}</code>
    <span class="type">${typeOf(schema)}</span>${required ? html` <span class="badge">required</span>` : ''}
    ${limitsOf(schema)}
    <div>${typeof schema['description'] === 'string' ? schema['description'] : ''}</div>`
  const inner = [schema, schema['items'], schema['additionalProperties']].find(
    (s) => isSchema(s) && isSchema(s['properties']),
  )
  return isSchema(inner)
    ? html`<details open>
        <summary>${head}</summary>
        ${fieldsOf(inner)}
      </details> `
    : html`<div class="field">${head}</div> `
}

function typeOf(schema: JsonSchema): string {
  if (Array.isArray(schema['enum'])) return schema['enum'].map((value) => JSON.stringify(value)).join(' | ')
  if (schema['x-kubernetes-int-or-string'] === true) return 'integer or string'
  const { type, items, additionalProperties, format } = schema
  if (type === 'array') return `list of ${isSchema(items) ? typeOf(items) : 'anything'}`
  if (type === 'object' && isSchema(additionalProperties)) return `map of ${typeOf(additionalProperties)}`
  const [first] = [schema['anyOf'], schema['oneOf']].filter((schemas) => Array.isArray(schemas))
  if (first) return first.filter(isSchema).map(typeOf).join(' or ')
  return `${typeof type === 'string' ? type : 'anything'}${typeof format === 'string' ? ` (${format})` : ''}`
}

const limits = [
  'default',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'pattern',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
] as const

function limitsOf(schema: JsonSchema): Html {
  const found = limits.filter((name) => schema[name] !== undefined)
  const rules = (Array.isArray(schema['x-kubernetes-validations']) ? schema['x-kubernetes-validations'] : []).filter(
    isSchema,
  )
  return html`${found.map((name) => html`<span class="badge">${name} ${JSON.stringify(schema[name])}</span> `)}${rules.map((rule) => html`<div class="dim">rule: <code>${String(rule['rule'])}</code> ${typeof rule['message'] === 'string' ? rule['message'] : ''}</div>`)}`
}
