import type { KubeObject } from '../../meta/object.ts'
import { decodeObject, type DecodeOptions } from '../../schema/decode.ts'
import { stringify } from '../../util/json.ts'
import { readBody } from '../body.ts'
import type { Exchange } from '../exchange.ts'
import { bodyMediaType } from '../negotiation/content-type.ts'
import { decodeProtobuf } from '../negotiation/protobuf/index.ts'
import type { FieldValidation } from '../options/write-options.ts'
import type { RequestScope } from '../scope.ts'

/** The object in the body of a create or a PUT, in the version of the request. Throws 400, 413, 415, 422. */
export async function decodedBody(
  scope: RequestScope,
  exchange: Exchange,
  fieldValidation: FieldValidation,
): Promise<{ object: KubeObject; warnings: readonly string[] }> {
  const mediaType = bodyMediaType(exchange.request.headers['content-type'])
  const body = await readBody(exchange)
  const { kind } = scope
  const { warnings } = exchange.context
  const options: DecodeOptions = {
    fieldValidation,
    otherVersions: {
      find: (apiVersion) => scope.compiledVersion(apiVersion),
      warn: (texts) => {
        for (const text of texts) warnings.add(text)
      },
    },
  }
  if (mediaType !== 'application/vnd.kubernetes.protobuf' || !scope.hasProtobufForm)
    return decodeObject(body, mediaType, scope.compiled, options)
  const json = stringify(decodeProtobuf(body, kind))
  return decodeObject(Buffer.from(json), 'application/json', scope.compiled, options)
}
