import type { KubeObject } from '../../meta/object.ts'
import { StatusError } from '../../meta/status.ts'
import { unrecognized } from '../../schema/decode-error.ts'
import { decodeObject, type DecodeOptions } from '../../schema/decode.ts'
import { stringify } from '../../util/json.ts'
import { readBody } from '../body.ts'
import type { Exchange } from '../exchange.ts'
import { bodyMediaType } from '../negotiation/content-type.ts'
import { decodeCbor } from '../negotiation/cbor.ts'
import { decodeProtobuf } from '../negotiation/protobuf/index.ts'
import type { FieldValidation } from '../options/write-options.ts'
import type { RequestScope } from '../scope.ts'

/** What a body says. */
interface DecodedBody {
  readonly object: KubeObject
  readonly warnings: readonly string[]
  /** The same object anew, for a write that has changed the first and met another one. */
  readonly again: () => KubeObject
}

/** The object in the body of a create or a PUT, in the version of the request. Throws 400, 413, 415, 422. */
export async function decodedBody(
  scope: RequestScope,
  exchange: Exchange,
  fieldValidation: FieldValidation,
): Promise<DecodedBody> {
  const mediaType = bodyMediaType(exchange.request.headers['content-type'], exchange.cbor)
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
  const decoded = (bytes: Buffer, type = 'application/json'): DecodedBody => {
    const decode = (): ReturnType<typeof decodeObject> => decodeObject(bytes, type, scope.compiled, options)
    return { ...decode(), again: () => decode().object }
  }
  if (mediaType === 'application/cbor') return decoded(cborAsJson(body, kind.kind))
  if (mediaType !== 'application/vnd.kubernetes.protobuf' || !scope.hasProtobufForm) return decoded(body, mediaType)
  return decoded(Buffer.from(stringify(decodeProtobuf(body, kind))))
}

/** Of CBOR nothing is looked at twice: keys that stand twice have been refused. */
function cborAsJson(body: Buffer, kind: string): Buffer {
  try {
    return Buffer.from(stringify(decodeCbor(body)))
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    throw unrecognized(kind, `unable to determine group/version/kind: ${error.message}`, body, { cause: error })
  }
}
