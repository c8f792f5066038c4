import type { GroupVersion } from '../../meta/group-version.ts'
import { referenceTo } from '../../schema/openapi/schema-builders.ts'
import { setOwn, type JsonObject } from '../../util/json.ts'
import type { Definitions } from './definitions.ts'
import { responseText, type Operation, type Parameter, type Paths } from './operation.ts'
import { sharedParameters } from './path-parameters.ts'

/** Title and version of an API. */
export interface ApiInfo {
  readonly title: string
  readonly version: string
}

/** An OpenAPI v3 document of these paths. Source: kube-openapi builder3. */
export function documentV3(
  { title, version }: ApiInfo,
  paths: Paths,
  definitions: Definitions,
  versions: readonly GroupVersion[],
): JsonObject {
  const items: JsonObject = {}
  for (const [path, operations] of [...paths].sort(([a], [b]) => (a < b ? -1 : 1)))
    if (operations.length) setOwn(items, path, pathItem(operations))
  const schemas = definitions.closure([...paths.values()].flat(), versions)
  return { openapi: '3.0.0', info: { title, version }, paths: items, components: { schemas } }
}

function pathItem(operations: readonly Operation[]): JsonObject {
  const { shared, own } = sharedParameters(operations)
  const item: JsonObject = {}
  for (const operation of operations) item[operation.method] = operationOf(operation, own(operation).map(parameterOf))
  if (shared.length) item.parameters = shared.map(parameterOf)
  return item
}

const parameterOf = ({ name, in: place, type, description }: Parameter): JsonObject => ({
  name,
  in: place,
  description,
  ...(place === 'path' ? { required: true } : {}),
  schema: { type, uniqueItems: true },
})

function operationOf(operation: Operation, parameters: JsonObject[]): JsonObject {
  const { tag, description, id, body, consumes, produces, responses, action, kind } = operation
  return {
    tags: [tag],
    description,
    operationId: id,
    ...(parameters.length ? { parameters } : {}),
    ...(body
      ? {
          requestBody: {
            content: contentOf(consumes, referenceTo(body.definition)),
            ...(body.required ? { required: true } : {}),
          },
        }
      : {}),
    responses: Object.fromEntries(
      responses.map(([code, definition]) => [
        String(code),
        {
          description: responseText[code] ?? '',
          content: contentOf(produces, definition === undefined ? { type: 'string' } : referenceTo(definition)),
        },
      ]),
    ),
    ...(action === undefined ? {} : { 'x-kubernetes-action': action }),
    ...(kind
      ? { 'x-kubernetes-group-version-kind': { group: kind.group, version: kind.version, kind: kind.kind } }
      : {}),
  }
}

const contentOf = (mediaTypes: readonly string[], schema: JsonObject): JsonObject =>
  Object.fromEntries([...mediaTypes].sort().map((mediaType) => [mediaType, { schema }]))
