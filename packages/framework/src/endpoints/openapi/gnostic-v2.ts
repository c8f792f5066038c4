import type { JsonObject, JsonValue } from '../../util/json.ts'
import { isObject } from '../../util/json.ts'
import {
  any,
  bool,
  boolEitherWay,
  double,
  each,
  int64,
  message,
  named,
  string,
  struct,
  within,
  type Encode,
  type Put,
} from './gnostic-fields.ts'

/** OpenAPI v2 as gnostic's protobuf, which Go clients before OpenAPI v3 ask for. Field numbers: gnostic OpenAPIv2.proto. */

const schema = message(() => encodeSchema)

const additionalProperties: Put = (number, value) =>
  typeof value === 'boolean' ? within(2, boolEitherWay)(number, value) : within(1, schema)(number, value)

/** `type` and `items` may be lists in OpenAPI; here they are always. */
const listOf =
  (put: Put): Put =>
  (number, value) =>
    within(1, each(put))(number, Array.isArray(value) ? value : [value])

const encodeSchema: Encode = struct(
  {
    $ref: [1, string],
    format: [2, string],
    title: [3, string],
    description: [4, string],
    default: [5, any],
    multipleOf: [6, double],
    maximum: [7, double],
    exclusiveMaximum: [8, bool],
    minimum: [9, double],
    exclusiveMinimum: [10, bool],
    maxLength: [11, int64],
    minLength: [12, int64],
    pattern: [13, string],
    maxItems: [14, int64],
    minItems: [15, int64],
    uniqueItems: [16, bool],
    maxProperties: [17, int64],
    minProperties: [18, int64],
    required: [19, each(string)],
    enum: [20, each(any)],
    additionalProperties: [21, additionalProperties],
    type: [22, listOf(string)],
    items: [23, listOf(schema)],
    allOf: [24, each(schema)],
    properties: [25, within(1, named(schema))],
    readOnly: [27, bool],
    example: [30, any],
  },
  31,
)

const bodyParameter = message(() =>
  struct({ description: [1, string], name: [2, string], in: [3, string], required: [4, bool], schema: [5, schema] }, 6),
)
const queryParameter = message(() =>
  struct(
    {
      required: [1, bool],
      in: [2, string],
      description: [3, string],
      name: [4, string],
      type: [6, string],
      format: [7, string],
      uniqueItems: [20, bool],
    },
    23,
  ),
)
const pathParameter = message(() =>
  struct(
    {
      required: [1, bool],
      in: [2, string],
      description: [3, string],
      name: [4, string],
      type: [5, string],
      format: [6, string],
      uniqueItems: [19, bool],
    },
    22,
  ),
)
const reference = message(() => struct({ $ref: [1, string], description: [2, string] }))

const placeOf = (value: JsonValue): JsonValue | undefined => (isObject(value) ? value.in : undefined)

const parameter: Put = (number, value) => {
  switch (placeOf(value)) {
    case 'body':
      return within(1, bodyParameter)(number, value)
    case 'path':
      return within(2, within(4, pathParameter))(number, value)
    default:
      return within(2, within(3, queryParameter))(number, value)
  }
}
const parameterOrReference: Put = (number, value) =>
  isObject(value) && Object.hasOwn(value, '$ref')
    ? within(2, reference)(number, value)
    : within(1, parameter)(number, value)

const response = message(() => struct({ description: [1, string], schema: [2, within(1, schema)] }, 5))

const operation = message(() =>
  struct(
    {
      tags: [1, each(string)],
      summary: [2, string],
      description: [3, string],
      operationId: [5, string],
      produces: [6, each(string)],
      consumes: [7, each(string)],
      parameters: [8, each(parameterOrReference)],
      responses: [9, within(1, named(within(1, response)))],
      schemes: [10, each(string)],
      deprecated: [11, bool],
    },
    13,
  ),
)

const pathItem = message(() =>
  struct(
    {
      get: [2, operation],
      put: [3, operation],
      post: [4, operation],
      delete: [5, operation],
      patch: [8, operation],
      parameters: [9, each(parameterOrReference)],
    },
    10,
  ),
)

const apiKey = message(() =>
  struct({ type: [1, string], name: [2, string], in: [3, string], description: [4, string] }, 5),
)

const encodeDocument: Encode = struct(
  {
    swagger: [1, string],
    info: [2, message(() => struct({ title: [1, string], version: [2, string], description: [3, string] }, 7))],
    paths: [8, within(2, named(pathItem))],
    definitions: [9, within(1, named(schema))],
    parameters: [10, within(1, named(parameter))],
    security: [12, each(within(1, named(within(1, each(string)))))],
    securityDefinitions: [13, within(1, named(within(2, apiKey)))],
  },
  16,
)

export const encodeDocumentV2 = (document: JsonObject): Buffer => encodeDocument(document)
