import type { HttpClient, Json } from '../cluster/http-client.ts'
import { at, listAt } from '../cluster/members.ts'

interface KindName {
  readonly group: string
  readonly version: string
  readonly kind: string
}

/** The OpenAPI v3 document of a group version; undefined where there is none. */
export async function openApiOf(http: HttpClient, { group, version }: KindName): Promise<Json | undefined> {
  const { status, json } = await http.send('GET', `/openapi/v3/apis/${group}/${version}`)
  return status === 200 ? json : undefined
}

/** The schema of a kind in such a document, as it stands there. */
export function schemaOf(document: Json, { group, version, kind }: KindName): Json | undefined {
  const schemas = (at(document, 'components', 'schemas') ?? {}) as Record<string, Json>
  return Object.values(schemas).find((schema) =>
    listAt(schema, 'x-kubernetes-group-version-kind').some(
      (gvk) => gvk['group'] === group && gvk['version'] === version && gvk['kind'] === kind,
    ),
  )
}

/** A schema with what its references lead to in their place; where one leads back to itself, with anything. */
export function resolved(document: Json, schema: Json, within: readonly string[] = []): Json {
  const reference = referenceOf(schema)
  if (reference !== undefined) {
    const target = at(document, ...reference.slice(2).split('/'))
    if (within.includes(reference) || within.length > 12 || target === undefined) return { type: 'object' }
    return {
      ...resolved(document, target as Json, [...within, reference]),
      ...(schema['default'] === undefined ? {} : { default: schema['default'] }),
    }
  }
  const below = (value: unknown): unknown => (isSchema(value) ? resolved(document, value, within) : value)
  const members = schema['properties']
  return {
    ...schema,
    ...(isSchema(members)
      ? { properties: Object.fromEntries(Object.entries(members).map(([name, value]) => [name, below(value)])) }
      : {}),
    ...(isSchema(schema['items']) ? { items: below(schema['items']) } : {}),
    ...(isSchema(schema['additionalProperties'])
      ? { additionalProperties: below(schema['additionalProperties']) }
      : {}),
  }
}

const isSchema = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Go writes a reference with more beside it as `allOf` of one. */
function referenceOf(schema: Json): string | undefined {
  const [only] = listAt(schema, 'allOf')
  const reference = schema['$ref'] ?? (listAt(schema, 'allOf').length === 1 ? only?.['$ref'] : undefined)
  return typeof reference === 'string' ? reference : undefined
}
