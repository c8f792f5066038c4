/** The media types of bodies, in the order of preference. CBOR is understood but not offered: Kubernetes hides it behind a gate. */
export type MediaType = 'application/json' | 'application/yaml' | 'application/vnd.kubernetes.protobuf'

interface Serializer {
  readonly mediaType: MediaType
  readonly type: string
  readonly subtype: string
  /** There is a form for streams of events. */
  readonly streams: boolean
}

export const serializers: readonly Serializer[] = [
  { mediaType: 'application/json', type: 'application', subtype: 'json', streams: true },
  { mediaType: 'application/yaml', type: 'application', subtype: 'yaml', streams: false },
  {
    mediaType: 'application/vnd.kubernetes.protobuf',
    type: 'application',
    subtype: 'vnd.kubernetes.protobuf',
    streams: true,
  },
]

export const mediaTypes: readonly MediaType[] = serializers.map(({ mediaType }) => mediaType)

/** As routes and messages spell the forms for streams. */
export const streamMediaTypes: readonly string[] = serializers
  .filter(({ streams }) => streams)
  .map(({ mediaType }) => `${mediaType};stream=watch`)
