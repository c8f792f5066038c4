import { StatusError, type Status } from '../../meta/status.ts'
import { stringify, type JsonValue } from '../../util/json.ts'
import { stringifyYaml } from '../../util/yaml.ts'
import { negotiate, nothingAcceptable, type Negotiated } from './accept.ts'
import { encodeCbor } from './cbor.ts'
import { wantsPretty } from './pretty.ts'
import { encodeProtobuf } from './protobuf/index.ts'

type Encoder = (value: JsonValue, pretty: boolean) => Buffer

const encoders: ReadonlyMap<string, Encoder> = new Map<string, Encoder>([
  [
    'application/json',
    (value, pretty) => Buffer.from(pretty ? stringify(value, { indent: 2 }) : `${stringify(value)}\n`),
  ],
  ['application/yaml', (value) => Buffer.from(stringifyYaml(value))],
  [
    'application/vnd.kubernetes.protobuf',
    (value) => {
      const bytes = encodeProtobuf(value)
      if (!bytes) throw nothingAcceptable()
      return bytes
    },
  ],
  ['application/cbor', encodeCbor],
])

/**
 * A value in the media type negotiated. Throws 406 where it has no protobuf form. Indented JSON ends without a line
 * break, as Go writes it.
 */
export function encodeObject(
  value: JsonValue,
  { mediaType, pretty: asked }: { readonly mediaType: string; readonly pretty: boolean },
  pretty: boolean,
): Buffer {
  const encoder = encoders.get(mediaType)
  if (!encoder) throw new TypeError(`nothing encodes ${mediaType}`)
  return encoder(value, pretty || asked)
}

export interface StatusEncoding {
  readonly pretty: string | null
  readonly userAgent: string | undefined
  /** The server speaks CBOR. */
  readonly cbor?: boolean | undefined
}

/**
 * A Status in a form that the client takes. Where there is none (an Accept header without a clause that can be met, or
 * with conversions only) it is indented JSON all the same. Source: responsewriters/writers.go WriteObjectNegotiated.
 */
export function encodeStatus(
  status: Status,
  accept: string | undefined,
  { pretty, userAgent, cbor }: StatusEncoding,
): { readonly body: Buffer; readonly contentType: string } {
  const value = status as unknown as JsonValue
  const negotiated = negotiatedForStatus(accept, cbor)
  if (!negotiated) return { body: Buffer.from(stringify(value, { indent: 2 })), contentType: 'application/json' }
  return {
    body: encodeObject(value, negotiated, wantsPretty(pretty, userAgent)),
    contentType: negotiated.contentType,
  }
}

function negotiatedForStatus(accept: string | undefined, cbor: boolean | undefined): Negotiated | undefined {
  try {
    return negotiate(accept, { allowConversions: false, cbor })
  } catch (error) {
    if (error instanceof StatusError) return undefined
    throw error
  }
}
