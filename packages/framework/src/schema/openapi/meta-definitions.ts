import type { JsonObject } from '../../util/json.ts'
import {
  atomicList,
  flag,
  integer,
  list,
  member,
  metaItems,
  metaMember,
  metaPackage,
  object,
  requiredText,
  text,
  textMap,
  texts,
  typeMembers,
} from './schema-builders.ts'

/**
 * The definitions of metav1 that every object needs, by the type's name, in OpenAPI v3's form. Shapes as Kubernetes 1.36
 * publishes them; the descriptions are our own.
 */
export const objectMetaDefinitions: Readonly<Record<string, JsonObject>> = {
  FieldsV1: object({
    description:
      'A set of fields as JSON: each key is f:<name> for a member, k:<keys> for a list item with these keys, v:<value> for an item with this value, i:<index> for an item at this place, or "." for the thing itself.',
  }),
  ListMeta: object({
    description: 'What lists say about themselves.',
    properties: {
      continue: text(
        'Set when there are more items than the limit: the opaque token with which the rest is asked for. Tokens expire after a few minutes.',
      ),
      remainingItemCount: integer(
        'How many items follow those of this chunk, where the server knows. Not set for requests with selectors. An estimate.',
        'int64',
      ),
      resourceVersion: text(
        "The server's version of the list, with which changes since then can be watched. Opaque: it must be handed back unchanged.",
      ),
      selfLink: text('Deprecated: no longer set by the system.'),
      shardInfo: metaMember('ShardInfo', 'Set when only a part of the collection was asked for: the part this is.'),
    },
  }),
  ManagedFieldsEntry: object({
    description: 'The fields that one manager owns, in one version of the kind.',
    properties: {
      apiVersion: text('The version of the kind in which the fields are named, such as apps/v1.'),
      fieldsType: text('The format of the fields. There is one: FieldsV1.'),
      fieldsV1: metaMember('FieldsV1', 'The fields in the format FieldsV1.'),
      manager: text('The name of the manager.'),
      operation: text('How the fields came to be owned: Apply or Update.'),
      subresource: text('The subresource through which the fields were written; empty for the object itself.'),
      time: metaMember('Time', 'When the entry was added or its set of fields last changed.'),
    },
  }),
  ObjectMeta: object({
    description: 'What all objects have that are kept by the server.',
    properties: {
      annotations: textMap(
        'Arbitrary metadata, by key, that tools store and retrieve. Not queryable; to be preserved when objects are modified.',
      ),
      creationTimestamp: metaMember('Time', 'When the object was created, by the clock of the server. Read-only.'),
      deletionGracePeriodSeconds: integer(
        'How many seconds the object may take to terminate before it is removed. Set together with deletionTimestamp; it may only be shortened. Read-only.',
        'int64',
      ),
      deletionTimestamp: metaMember(
        'Time',
        'When the object will be gone. Set by the server when its deletion is asked for; it is removed after that time, once its list of finalizers is empty. Read-only.',
      ),
      finalizers: list(
        'Who has something to do before the object can be removed: each removes its own entry when it is done. New entries may not be added once deletionTimestamp is set.',
        texts,
        { 'x-kubernetes-list-type': 'set', 'x-kubernetes-patch-strategy': 'merge' },
      ),
      generateName: text(
        'A prefix from which the server makes a unique name, by adding a random suffix, when no name is given.',
      ),
      generation: integer('Counts the changes of the desired state. Set by the system. Read-only.', 'int64'),
      labels: textMap('Keys and values by which objects are organized and selected.'),
      managedFields: atomicList(
        'Which manager owns which fields, in which version. For server-side apply; users need not care about it.',
        metaItems('ManagedFieldsEntry'),
      ),
      name: text('The name, unique within a namespace. Cannot be updated.'),
      namespace: text('The space within which the name is unique. Not all objects have one. Cannot be updated.'),
      ownerReferences: list(
        'The objects that this one depends on. When all of them are gone it is collected as garbage. At most one is the managing controller.',
        metaItems('OwnerReference'),
        {
          'x-kubernetes-list-map-keys': ['uid'],
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-patch-merge-key': 'uid',
          'x-kubernetes-patch-strategy': 'merge',
        },
      ),
      resourceVersion: text(
        'The version of the object, for optimistic concurrency, change detection and watches. Opaque: it must be handed back unchanged. Read-only.',
      ),
      selfLink: text('Deprecated: no longer set by the system.'),
      uid: text('Unique in time and space. Set by the server when the object is created. Read-only.'),
    },
  }),
  OwnerReference: object(
    {
      description: 'Names an owner, in the same namespace or without one.',
      required: ['apiVersion', 'kind', 'name', 'uid'],
      properties: {
        apiVersion: requiredText("The owner's group and version."),
        blockOwnerDeletion: flag(
          'The owner is not removed by a foreground deletion before this reference is. Setting it needs the permission to delete the owner.',
        ),
        controller: flag('The reference points to the managing controller.'),
        kind: requiredText("The owner's kind."),
        name: requiredText("The owner's name."),
        uid: requiredText("The owner's uid."),
      },
    },
    { 'x-kubernetes-map-type': 'atomic' },
  ),
  ShardInfo: object({
    description: 'The part of a collection that a list holds.',
    required: ['selector'],
    properties: { selector: requiredText('The selector of the part, as it was asked for.') },
  }),
  Time: {
    description: 'An instant, written as RFC 3339 in UTC.',
    type: 'string',
    format: 'date-time',
  },
}

/** The definitions of metav1 that operations need. `WatchEvent`, `DeleteOptions` and `Status` lack their kinds. */
export const operationDefinitions: Readonly<Record<string, JsonObject>> = {
  DeleteOptions: object({
    description: 'How an object is to be deleted.',
    properties: {
      ...typeMembers,
      dryRun: atomicList(
        'The modifications that are not to be persisted. The only value is All: every stage is run, nothing is stored.',
        texts,
      ),
      gracePeriodSeconds: integer(
        'How many seconds may pass before the object is removed; 0 is at once. Default: that of the kind.',
        'int64',
      ),
      ignoreStoreReadErrorWithClusterBreakingPotential: flag(
        'Delete the object even if it cannot be read from the store. The usual deletion is tried first; finalizers and preconditions are not honoured. Dangerous: it may break what depends on the object.',
      ),
      orphanDependents: flag(
        'Deprecated: use propagationPolicy. Whether dependents are left behind; one of the two may be set.',
      ),
      preconditions: metaMember('Preconditions', 'What must be so for the deletion to happen; else it is a conflict.'),
      propagationPolicy: text(
        'What becomes of the dependents: Orphan leaves them, Background has the garbage collector delete them afterwards, Foreground before. Default: that of the kind and its finalizers.',
      ),
    },
  }),
  Patch: object({
    description: 'A patch of any of the types accepted: a document whose form depends on the content type.',
  }),
  Preconditions: object({
    description: 'What must be so before an operation.',
    properties: {
      resourceVersion: text('The resourceVersion that the object must have.'),
      uid: text('The uid that the object must have.'),
    },
  }),
  Status: object({
    description: 'The outcome of a call that answers with nothing else.',
    properties: {
      ...typeMembers,
      code: integer('The HTTP status code; 0 if not set.', 'int32'),
      details: metaMember('StatusDetails', 'More about the reason. Each reason has its own.'),
      message: text('What happened, for people.'),
      metadata: metaMember('ListMeta', 'Standard list metadata.', { default: {} }),
      reason: text('Why it failed, for machines. Empty when nothing is known; it refines the HTTP status code.'),
      status: text('Success or Failure.'),
    },
  }),
  StatusCause: object({
    description: 'One cause of a failure; there may be several.',
    properties: {
      field: text('The member of the resource that caused it, with dots between names and indexes in brackets.'),
      message: text('What the cause is, for people.'),
      reason: text('What the cause is, for machines.'),
    },
  }),
  StatusDetails: object({
    description: 'What a failure is about.',
    properties: {
      causes: atomicList('The causes of the failure.', metaItems('StatusCause')),
      group: text('The group of the resource.'),
      kind: text('The kind or resource.'),
      name: text('The name of the resource.'),
      retryAfterSeconds: integer('After how many seconds it may be tried again.', 'int32'),
      uid: text('The uid of the resource.'),
    },
  }),
  WatchEvent: object({
    description: 'One event of a watch.',
    required: ['type', 'object'],
    properties: {
      object: member(
        'io.k8s.apimachinery.pkg.runtime.RawExtension',
        'The object: its new state if ADDED or MODIFIED, its last state if DELETED, only a resourceVersion if BOOKMARK, usually a Status if ERROR.',
      ),
      type: requiredText('ADDED, MODIFIED, DELETED, BOOKMARK or ERROR.'),
    },
  }),
}

/** Names of definitions: {@link objectMetaDefinitions} and {@link operationDefinitions} by their full names. */
export const metaDefinitions: ReadonlyMap<string, JsonObject> = new Map(
  Object.entries({ ...objectMetaDefinitions, ...operationDefinitions }).map(([type, schema]) => [
    `${metaPackage}.${type}`,
    schema,
  ]),
)
