import { Type, type TSchema } from '@sinclair/typebox'
import { convert } from '../../registry/conversion.ts'
import { StoredResource } from '../../registry/stored-resource.ts'
import { defineKind, type ObjectOf } from '../../schema/kind.ts'

const text = (description: string) => Type.Optional(Type.String({ description }))
const optionalTime = (description: string): TSchema =>
  Type.Unsafe({ ...Type.String({ format: 'date-time', description }), nullable: true })
const integer = (description: string) => Type.Optional(Type.Integer({ description }))

const reference = (description: string) =>
  Type.Object(
    {
      apiVersion: text('API version of the referent.'),
      fieldPath: text('A piece of the object, where not all of it is meant.'),
      kind: text('Kind of the referent.'),
      name: text('Name of the referent.'),
      namespace: text('Namespace of the referent.'),
      resourceVersion: text('The version that this is about.'),
      uid: text('UID of the referent.'),
    },
    { description },
  )
const eventTime = Type.Optional(Type.Unsafe<string | null>(optionalTime('When the event was first observed.')))
const series = (members: { count: TSchema; lastObservedTime: TSchema }) =>
  Type.Optional(Type.Object(members, { description: 'How often it came again.' }))
const seriesMembers = {
  count: Type.Integer({ description: 'Occurrences so far.' }),
  lastObservedTime: Type.String({ format: 'date-time', description: 'When it came last.' }),
}
const source = Type.Optional(
  Type.Object(
    { component: text('Who reports.'), host: text('From which node.') },
    { description: 'The component reporting this event.' },
  ),
)

/** `v1` Event, the form in which events are stored. */
export const CoreEvent = defineKind({
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  description: 'Event is a report of an event somewhere in the cluster.',
  schema: Type.Object({
    action: text('What action was taken.'),
    count: integer('The number of times this event has occurred.'),
    eventTime,
    firstTimestamp: Type.Optional(Type.Unsafe<string | null>(optionalTime('When it was first recorded.'))),
    involvedObject: reference('The object that this event is about.'),
    lastTimestamp: Type.Optional(Type.Unsafe<string | null>(optionalTime('When it was last recorded.'))),
    message: text('What happened, for people.'),
    reason: text('Why, in one word for machines.'),
    related: Type.Optional(reference('A second object, for more complex actions.')),
    reportingComponent: text('Name of the controller that emitted this event.'),
    reportingInstance: text('ID of the controller instance.'),
    series: series(seriesMembers),
    source,
    type: text('Normal or Warning.'),
  }),
  selectableFields: [
    '.involvedObject.kind',
    '.involvedObject.namespace',
    '.involvedObject.name',
    '.involvedObject.uid',
    '.involvedObject.apiVersion',
    '.involvedObject.resourceVersion',
    '.involvedObject.fieldPath',
    '.reason',
    '.reportingComponent',
    '.type',
  ],
  columns: [
    { name: 'Last Seen', type: 'date', jsonPath: '.lastTimestamp' },
    { name: 'Type', type: 'string', jsonPath: '.type' },
    { name: 'Reason', type: 'string', jsonPath: '.reason' },
    {
      name: 'Object',
      type: 'string',
      value: (event) => {
        const { kind = '', name = '' } =
          (event as { involvedObject?: { kind?: string; name?: string } }).involvedObject ?? {}
        return `${kind.toLowerCase()}/${name}`
      },
    },
    { name: 'Message', type: 'string', jsonPath: '.message' },
  ],
})
export type CoreEvent = ObjectOf<typeof CoreEvent>

/** `events.k8s.io/v1` Event: the same objects, with their members renamed. */
export const Event = defineKind({
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  description: 'Event is a report of an event somewhere in the cluster.',
  schema: Type.Object({
    action: text('What action was taken.'),
    deprecatedCount: integer('The number of times this event has occurred.'),
    deprecatedFirstTimestamp: Type.Optional(Type.Unsafe<string | null>(optionalTime('When it was first recorded.'))),
    deprecatedLastTimestamp: Type.Optional(Type.Unsafe<string | null>(optionalTime('When it was last recorded.'))),
    deprecatedSource: source,
    eventTime,
    note: text('What happened, for people.'),
    reason: text('Why, in one word for machines.'),
    regarding: Type.Optional(reference('The object that this event is about.')),
    related: Type.Optional(reference('A second object, for more complex actions.')),
    reportingController: text('Name of the controller that emitted this event.'),
    reportingInstance: text('ID of the controller instance.'),
    series: series(seriesMembers),
    type: text('Normal or Warning.'),
  }),
  selectableFields: [
    '.reason',
    '.regarding.kind',
    '.regarding.name',
    '.regarding.namespace',
    '.reportingController',
    '.type',
  ],
  columns: [
    { name: 'Last Seen', type: 'date', jsonPath: '.deprecatedLastTimestamp' },
    { name: 'Type', type: 'string', jsonPath: '.type' },
    { name: 'Reason', type: 'string', jsonPath: '.reason' },
    {
      name: 'Object',
      type: 'string',
      value: (event) => {
        const { kind = '', name = '' } = (event as { regarding?: { kind?: string; name?: string } }).regarding ?? {}
        return `${kind.toLowerCase()}/${name}`
      },
    },
    { name: 'Note', type: 'string', jsonPath: '.note' },
  ],
})
export type Event = ObjectOf<typeof Event>

/** The names of one member in both forms: core first. */
const renamed = [
  ['count', 'deprecatedCount'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['source', 'deprecatedSource'],
  ['message', 'note'],
  ['involvedObject', 'regarding'],
  ['reportingComponent', 'reportingController'],
] as const

function rename(object: object, pairs: readonly (readonly [string, string])[]): void {
  const members = object as Record<string, unknown>
  for (const [from, to] of pairs) {
    if (!Object.hasOwn(members, from)) continue
    members[to] = members[from]
    Reflect.deleteProperty(members, from)
  }
}

/** An hour, as kube-apiserver's --event-ttl. */
const eventTtlSeconds = 3600

export class CoreEventResource extends StoredResource<CoreEvent> {
  readonly storageVersion = CoreEvent
  override readonly allowCreateOnUpdate = true
  override readonly allowUnconditionalUpdate = true
  override readonly managesGeneration = false
  override readonly strategicMergePatch = true
  override readonly ttlSeconds = eventTtlSeconds
}

/** Reads and writes the same stored events as {@link CoreEventResource}. */
export class EventResource extends StoredResource<Event> {
  readonly storageVersion = Event
  override readonly allowCreateOnUpdate = true
  override readonly allowUnconditionalUpdate = true
  override readonly managesGeneration = false
  override readonly strategicMergePatch = true
  override readonly ttlSeconds = eventTtlSeconds
  override readonly encodedVersion = convert<CoreEvent, Event>(CoreEvent, {
    served: false,
    toStorage: (event) => {
      rename(event, renamed)
      return event
    },
    fromStorage: (event) => {
      rename(
        event,
        renamed.map(([a, b]) => [b, a] as const),
      )
      const core = event as unknown as Partial<CoreEvent>
      core.involvedObject ??= {}
      return core as CoreEvent
    },
  })

  override get resourcePrefix(): string {
    return '/core/events'
  }
}
