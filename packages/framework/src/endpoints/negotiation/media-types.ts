/** The media types of bodies, in the order of preference. */
export type MediaType =
  'application/json' | 'application/yaml' | 'application/vnd.kubernetes.protobuf' | 'application/cbor'

export interface Serializer {
  readonly mediaType: MediaType
  readonly type: string
  readonly subtype: string
  /** There is a form for streams of events. */
  readonly streams: boolean
}

const usual: readonly Serializer[] = [
  { mediaType: 'application/json', type: 'application', subtype: 'json', streams: true },
  { mediaType: 'application/yaml', type: 'application', subtype: 'yaml', streams: false },
  {
    mediaType: 'application/vnd.kubernetes.protobuf',
    type: 'application',
    subtype: 'vnd.kubernetes.protobuf',
    streams: true,
  },
]

/** What a server reads and writes. */
export interface Offer {
  readonly serializers: readonly Serializer[]
  readonly mediaTypes: readonly MediaType[]
  /** As routes and messages spell the forms for streams. */
  readonly streamMediaTypes: readonly string[]
}

const offerOf = (serializers: readonly Serializer[]): Offer => ({
  serializers,
  mediaTypes: serializers.map(({ mediaType }) => mediaType),
  streamMediaTypes: serializers.filter(({ streams }) => streams).map(({ mediaType }) => `${mediaType};stream=watch`),
})

const withoutCbor = offerOf(usual)
/** What is offered whatever the gate: documents say so. */
export const { mediaTypes, streamMediaTypes } = withoutCbor
const withCbor = offerOf([
  ...usual,
  { mediaType: 'application/cbor', type: 'application', subtype: 'cbor', streams: true },
])

/** CBOR is offered where the gate CBORServingAndStorage is open. */
export const offer = (cbor = false): Offer => (cbor ? withCbor : withoutCbor)
