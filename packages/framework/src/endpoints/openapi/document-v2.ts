import { swaggerSchema } from '../../schema/openapi/swagger-schema.ts'
import { isObject, setOwn, type JsonObject } from '../../util/json.ts'
import type { GroupVersion } from '../../meta/group-version.ts'
import type { Definitions } from './definitions.ts'
import type { ApiInfo } from './document-v3.ts'
import { responseText, type Operation, type Parameter, type Paths } from './operation.ts'
import { sharedParameters } from './path-parameters.ts'
import { hoistParameters } from './hoisted-parameters.ts'

/** The OpenAPI v2 document of all groups. Source: kube-openapi builder. */
export function documentV2(
  { title, version }: ApiInfo,
  paths: Paths,
  definitions: Definitions,
  versions: readonly GroupVersion[],
): JsonObject {
  const items: JsonObject = {}
  for (const [path, operations] of [...paths].sort(([a], [b]) => (a < b ? -1 : 1)))
    if (operations.length) setOwn(items, path, pathItem(operations))
  const schemas: JsonObject = {}
  for (const [name, schema] of Object.entries(definitions.closure([...paths.values()].flat(), versions)))
    if (isObject(schema)) setOwn(schemas, name, swaggerSchema(schema))
  return {
    swagger: '2.0',
    info: { title, version },
    ...hoistParameters(items),
    definitions: schemas,
    securityDefinitions: {
      BearerToken: { description: 'Bearer Token authentication', type: 'apiKey', name: 'authorization', in: 'header' },
    },
    security: [{ BearerToken: [] }],
  }
}

function pathItem(operations: readonly Operation[]): JsonObject {
  const { shared, own } = sharedParameters(operations)
  const item: JsonObject = {}
  for (const operation of operations)
    item[operation.method] = operationOf(operation, [
      ...bodyOf(operation),
      ...own(operation).map((p) => parameterOf(p)),
    ])
  if (shared.length) item.parameters = shared.map((p) => parameterOf(p))
  return item
}

const reference = (definition: string): JsonObject => ({ $ref: `#/definitions/${definition}` })

const parameterOf = ({ name, in: place, type, description }: Parameter): JsonObject => ({
  uniqueItems: true,
  type,
  description,
  name,
  in: place,
  ...(place === 'path' ? { required: true } : {}),
})

const bodyOf = ({ body }: Operation): JsonObject[] =>
  body
    ? [
        {
          name: 'body',
          in: 'body',
          ...(body.required ? { required: true } : {}),
          schema: reference(body.definition),
        },
      ]
    : []

function operationOf(operation: Operation, parameters: JsonObject[]): JsonObject {
  const { tag, description, id, consumes, produces, responses, action, kind } = operation
  return {
    description,
    consumes: [...consumes],
    produces: [...produces],
    schemes: ['https'],
    tags: [tag],
    operationId: id,
    ...(parameters.length ? { parameters } : {}),
    responses: {
      ...Object.fromEntries(
        responses.map(([code, definition]) => [
          String(code),
          {
            description: responseText[code] ?? '',
            schema: definition === undefined ? { type: 'string' } : reference(definition),
          },
        ]),
      ),
      '401': { description: responseText[401] ?? '' },
    },
    ...(action === undefined ? {} : { 'x-kubernetes-action': action }),
    ...(kind
      ? { 'x-kubernetes-group-version-kind': { group: kind.group, version: kind.version, kind: kind.kind } }
      : {}),
  }
}
