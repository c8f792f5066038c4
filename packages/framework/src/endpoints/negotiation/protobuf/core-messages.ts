import { always, message, optional, repeated, type Message } from './message.ts'

const objectReference = message(
  'ObjectReference',
  always(1, 'kind'),
  always(2, 'namespace'),
  always(3, 'name'),
  always(4, 'uid'),
  always(5, 'apiVersion'),
  always(6, 'resourceVersion'),
  always(7, 'fieldPath'),
)
const eventSource = message('EventSource', always(1, 'component'), always(2, 'host'))
const eventSeries = message('EventSeries', always(1, 'count', 'int32'), always(2, 'lastObservedTime', 'microTime'))

const coreEvent = (objectMeta: Message): Message =>
  message(
    'Event',
    always(1, 'metadata', objectMeta),
    always(2, 'involvedObject', objectReference),
    always(3, 'reason'),
    always(4, 'message'),
    always(5, 'source', eventSource),
    always(6, 'firstTimestamp', 'time'),
    always(7, 'lastTimestamp', 'time'),
    always(8, 'count', 'int32'),
    always(9, 'type'),
    always(10, 'eventTime', 'microTime'),
    optional(11, 'series', eventSeries),
    always(12, 'action'),
    optional(13, 'related', objectReference),
    always(14, 'reportingComponent'),
    always(15, 'reportingInstance'),
  )

const event = (objectMeta: Message): Message =>
  message(
    'Event',
    always(1, 'metadata', objectMeta),
    always(2, 'eventTime', 'microTime'),
    optional(3, 'series', eventSeries),
    always(4, 'reportingController'),
    always(5, 'reportingInstance'),
    always(6, 'action'),
    always(7, 'reason'),
    always(8, 'regarding', objectReference),
    optional(9, 'related', objectReference),
    always(10, 'note'),
    always(11, 'type'),
    always(12, 'deprecatedSource', eventSource),
    always(13, 'deprecatedFirstTimestamp', 'time'),
    always(14, 'deprecatedLastTimestamp', 'time'),
    always(15, 'deprecatedCount', 'int32'),
  )

const lease = (objectMeta: Message): Message =>
  message(
    'Lease',
    always(1, 'metadata', objectMeta),
    always(
      2,
      'spec',
      message(
        'LeaseSpec',
        optional(1, 'holderIdentity'),
        optional(2, 'leaseDurationSeconds', 'int32'),
        optional(3, 'acquireTime', 'microTime'),
        optional(4, 'renewTime', 'microTime'),
        optional(5, 'leaseTransitions', 'int32'),
        optional(6, 'strategy'),
        optional(7, 'preferredHolder'),
      ),
    ),
  )

const namespace = (objectMeta: Message): Message =>
  message(
    'Namespace',
    always(1, 'metadata', objectMeta),
    always(2, 'spec', message('NamespaceSpec', repeated(1, 'finalizers'))),
    always(3, 'status', message('NamespaceStatus', always(1, 'phase'))),
  )

/**
 * The built-in kinds that a server without a cluster serves: clients that know them from Go send them as protobuf. Source: the generated.proto files
 * of core/v1, events/v1 and coordination/v1.
 */
export const coreMessages = (objectMeta: Message): readonly (readonly [string, Message])[] => [
  ['v1 Namespace', namespace(objectMeta)],
  ['v1 Event', coreEvent(objectMeta)],
  ['events.k8s.io/v1 Event', event(objectMeta)],
  ['coordination.k8s.io/v1 Lease', lease(objectMeta)],
]
