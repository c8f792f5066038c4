import { isObject, type JsonObject, type JsonValue } from '../../util/json.ts'
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

/** OpenAPI v3 as gnostic's protobuf, in which kubectl looks for query parameters. Field numbers: gnostic OpenAPIv3.proto. */

const isReference = (value: JsonValue): boolean => isObject(value) && Object.hasOwn(value, '$ref')

const reference = message(() => struct({ $ref: [1, string], summary: [2, string], description: [3, string] }))

/** The thing itself or a reference to it. */
const orReference =
  (put: Put): Put =>
  (number, value) =>
    isReference(value) ? within(2, reference)(number, value) : within(1, put)(number, value)

const bareSchema = message(() => encodeSchema)
const schema = orReference(bareSchema)

const additionalProperties: Put = (number, value) =>
  typeof value === 'boolean' ? within(2, boolEitherWay)(number, value) : within(1, schema)(number, value)

/** Only scalars have a form here. */
const defaultValue: Put = (number, value) => {
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return within(1, double)(number, value)
    case 'boolean':
      return within(2, boolEitherWay)(number, value)
    case 'string':
      return within(3, string)(number, value)
    default:
      return Buffer.alloc(0)
  }
}

const encodeSchema: Encode = struct(
  {
    nullable: [1, bool],
    readOnly: [3, bool],
    writeOnly: [4, bool],
    example: [7, any],
    deprecated: [8, bool],
    title: [9, string],
    multipleOf: [10, double],
    maximum: [11, double],
    exclusiveMaximum: [12, bool],
    minimum: [13, double],
    exclusiveMinimum: [14, bool],
    maxLength: [15, int64],
    minLength: [16, int64],
    pattern: [17, string],
    maxItems: [18, int64],
    minItems: [19, int64],
    uniqueItems: [20, bool],
    maxProperties: [21, int64],
    minProperties: [22, int64],
    required: [23, each(string)],
    enum: [24, each(any)],
    type: [25, string],
    allOf: [26, each(schema)],
    oneOf: [27, each(schema)],
    anyOf: [28, each(schema)],
    not: [29, bareSchema],
    items: [30, within(1, schema)],
    properties: [31, within(1, named(schema))],
    additionalProperties: [32, additionalProperties],
    default: [33, defaultValue],
    description: [34, string],
    format: [35, string],
  },
  36,
)

const mediaTypes: Put = within(1, named(message(() => struct({ schema: [1, schema] }, 5))))

const parameter = message(() =>
  struct(
    {
      name: [1, string],
      in: [2, string],
      description: [3, string],
      required: [4, bool],
      schema: [10, schema],
    },
    14,
  ),
)

const requestBody = message(() =>
  struct({ description: [1, string], content: [2, mediaTypes], required: [3, bool] }, 4),
)

const response = message(() => struct({ description: [1, string], content: [3, mediaTypes] }, 5))

const operation = message(() =>
  struct(
    {
      tags: [1, each(string)],
      summary: [2, string],
      description: [3, string],
      operationId: [5, string],
      parameters: [6, each(orReference(parameter))],
      requestBody: [7, orReference(requestBody)],
      responses: [8, within(2, named(orReference(response)))],
      deprecated: [10, bool],
    },
    13,
  ),
)

const pathItem = message(() =>
  struct(
    {
      get: [4, operation],
      put: [5, operation],
      post: [6, operation],
      delete: [7, operation],
      patch: [10, operation],
      parameters: [13, each(orReference(parameter))],
    },
    14,
  ),
)

const encodeDocument: Encode = struct(
  {
    openapi: [1, string],
    info: [2, message(() => struct({ title: [1, string], description: [2, string], version: [6, string] }, 7))],
    paths: [4, within(1, named(pathItem))],
    components: [5, message(() => struct({ schemas: [1, within(1, named(schema))] }, 10))],
  },
  9,
)

export const encodeDocumentV3 = (document: JsonObject): Buffer => encodeDocument(document)
