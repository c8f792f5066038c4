import type { HttpClient, Json } from '../cluster/http-client.ts'
import { at, textAt } from '../cluster/members.ts'
import { sampleOf } from '../project/sample-object.ts'
import { openApiOf, resolved, schemaOf } from './open-api.ts'
import type { ServedKind } from './subject.ts'

export interface Sample {
  readonly object?: Json
  /** Why there is none. */
  readonly problem?: string
}

/** An object that the server would create: one of those given, or one made of the schema with as little in it as may be. */
export async function sampleFor(
  http: HttpClient,
  kind: ServedKind,
  namespace: string,
  given: readonly Json[],
): Promise<Sample> {
  const apiVersion = `${kind.group}/${kind.version}`
  const own = given.find((object) => object['apiVersion'] === apiVersion && object['kind'] === kind.kind)
  if (own) return { object: own }
  if (!kind.verbs.includes('create')) return { problem: 'it does not serve create' }
  const document = await openApiOf(http, kind)
  const schema = document && schemaOf(document, kind)
  const full = document && schema ? resolved(document, schema) : {}
  let problem = 'its schema says nothing'
  for (const made of [minimal(full), asRequired(full), everything(full)]) {
    const object = { ...made, apiVersion, kind: kind.kind }
    problem = await objection(http, kind, namespace, object)
    if (problem === '') return { object }
  }
  return { problem: `no object made of its schema is taken (${problem}): give one with --sample FILE` }
}

/** What the server has against it; '' for nothing. */
async function objection(http: HttpClient, kind: ServedKind, namespace: string, object: Json): Promise<string> {
  const { group, version, plural, namespaced } = kind
  const collection = `/apis/${group}/${version}/${namespaced ? `namespaces/${namespace}/` : ''}${plural}`
  const metadata = { name: `conform-${process.pid.toString(36)}-try`, ...(namespaced ? { namespace } : {}) }
  const { status, json } = await http.send('POST', `${collection}?dryRun=All`, { body: { ...object, metadata } })
  // One that ignores dryRun has it now.
  if (status === 201) await http.send('DELETE', `${collection}/${metadata.name}`)
  return status === 201 ? '' : textAt(json, 'message') || `it answers ${status}`
}

const own = new Set(['apiVersion', 'kind', 'metadata', 'status'])

const membersOf = (schema: Json): [string, Json][] =>
  Object.entries((at(schema, 'properties') ?? {}) as Record<string, Json>).filter(([name]) => !own.has(name))

const minimal = (schema: Json): Json =>
  Object.fromEntries(
    membersOf(schema)
      .filter(([name]) => name === 'spec')
      .map(([name]) => [name, {}]),
  )

/** What is required, all the way down; a spec in any case. */
function asRequired(schema: Json): Json {
  const wanted = new Set([...((schema['required'] ?? []) as string[]), 'spec'])
  return Object.fromEntries(
    membersOf(schema)
      .filter(([name]) => wanted.has(name))
      .map(([name, member]) => [name, sampleOf(bare(member))]),
  )
}

const everything = (schema: Json): Json =>
  Object.fromEntries(membersOf(schema).map(([name, member]) => [name, sampleOf(member)]))

/** A schema without the members that may be left out. */
function bare(schema: Json): Json {
  const required = (schema['required'] ?? []) as string[]
  const members = Object.entries((schema['properties'] ?? {}) as Record<string, Json>)
  const items = schema['items']
  return {
    ...schema,
    ...(schema['properties'] === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            members.filter(([name]) => required.includes(name)).map(([name, member]) => [name, bare(member)]),
          ),
        }),
    ...(typeof items === 'object' && items !== null ? { items: bare(items as Json) } : {}),
  }
}
