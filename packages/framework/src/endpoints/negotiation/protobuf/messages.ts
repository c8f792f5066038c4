import { coreMessages } from './core-messages.ts'
import { always, map, message, optional, repeated, wrapped, type Message } from './message.ts'

/** The messages that Kubernetes clients and servers exchange beside the kinds themselves. Source: the generated.proto files. */

const listMeta = message(
  'ListMeta',
  always(1, 'selfLink'),
  always(2, 'resourceVersion'),
  always(3, 'continue'),
  optional(4, 'remainingItemCount', 'int64'),
  optional(5, 'shardInfo', message('ShardInfo', always(1, 'selector'))),
)

const ownerReference = message(
  'OwnerReference',
  always(1, 'kind'),
  always(3, 'name'),
  always(4, 'uid'),
  always(5, 'apiVersion'),
  optional(6, 'controller', 'bool'),
  optional(7, 'blockOwnerDeletion', 'bool'),
)

const managedFieldsEntry = message(
  'ManagedFieldsEntry',
  always(1, 'manager'),
  always(2, 'operation'),
  always(3, 'apiVersion'),
  optional(4, 'time', 'time'),
  always(6, 'fieldsType'),
  optional(7, 'fieldsV1', 'json'),
  always(8, 'subresource'),
)

const objectMeta = message(
  'ObjectMeta',
  always(1, 'name'),
  always(2, 'generateName'),
  always(3, 'namespace'),
  always(4, 'selfLink'),
  always(5, 'uid'),
  always(6, 'resourceVersion'),
  always(7, 'generation', 'int64'),
  always(8, 'creationTimestamp', 'time'),
  optional(9, 'deletionTimestamp', 'time'),
  optional(10, 'deletionGracePeriodSeconds', 'int64'),
  map(11, 'labels'),
  map(12, 'annotations'),
  repeated(13, 'ownerReferences', ownerReference),
  repeated(14, 'finalizers'),
  repeated(17, 'managedFields', managedFieldsEntry),
)

const status = message(
  'Status',
  always(1, 'metadata', listMeta),
  always(2, 'status'),
  always(3, 'message'),
  always(4, 'reason'),
  optional(
    5,
    'details',
    message(
      'StatusDetails',
      always(1, 'name'),
      always(2, 'group'),
      always(3, 'kind'),
      repeated(4, 'causes', message('StatusCause', always(1, 'reason'), always(2, 'message'), always(3, 'field'))),
      always(5, 'retryAfterSeconds', 'int32'),
      always(6, 'uid'),
    ),
  ),
  always(6, 'code', 'int32'),
)

const deleteOptions = message(
  'DeleteOptions',
  optional(1, 'gracePeriodSeconds', 'int64'),
  optional(2, 'preconditions', message('Preconditions', optional(1, 'uid'), optional(2, 'resourceVersion'))),
  optional(3, 'orphanDependents', 'bool'),
  optional(4, 'propagationPolicy'),
  repeated(5, 'dryRun'),
  optional(6, 'ignoreStoreReadErrorWithClusterBreakingPotential', 'bool'),
)

const createOptions = message(
  'CreateOptions',
  repeated(1, 'dryRun'),
  always(3, 'fieldManager'),
  always(4, 'fieldValidation'),
)

const updateOptions = message(
  'UpdateOptions',
  repeated(1, 'dryRun'),
  always(2, 'fieldManager'),
  always(3, 'fieldValidation'),
)

const patchOptions = message(
  'PatchOptions',
  repeated(1, 'dryRun'),
  optional(2, 'force', 'bool'),
  always(3, 'fieldManager'),
  always(4, 'fieldValidation'),
)

const groupVersion = message('GroupVersionForDiscovery', always(1, 'groupVersion'), always(2, 'version'))
const serverAddress = message('ServerAddressByClientCIDR', always(1, 'clientCIDR'), always(2, 'serverAddress'))

const apiGroup = message(
  'APIGroup',
  always(1, 'name'),
  repeated(2, 'versions', groupVersion),
  always(3, 'preferredVersion', groupVersion),
  repeated(4, 'serverAddressByClientCIDRs', serverAddress),
)

const apiVersions = message(
  'APIVersions',
  repeated(1, 'versions'),
  repeated(2, 'serverAddressByClientCIDRs', serverAddress),
)

const apiResource = message(
  'APIResource',
  always(1, 'name'),
  always(2, 'namespaced', 'bool'),
  always(3, 'kind'),
  wrapped(4, 'verbs'),
  repeated(5, 'shortNames'),
  always(6, 'singularName'),
  repeated(7, 'categories'),
  always(8, 'group'),
  always(9, 'version'),
  always(10, 'storageVersionHash'),
)

const groupVersionKind = message('GroupVersionKind', always(1, 'group'), always(2, 'version'), always(3, 'kind'))

const subresourceDiscovery = message(
  'APISubresourceDiscovery',
  always(1, 'subresource'),
  optional(2, 'responseKind', groupVersionKind),
  repeated(3, 'acceptedTypes', groupVersionKind),
  repeated(4, 'verbs'),
)

const resourceDiscovery = message(
  'APIResourceDiscovery',
  always(1, 'resource'),
  optional(2, 'responseKind', groupVersionKind),
  always(3, 'scope'),
  always(4, 'singularResource'),
  repeated(5, 'verbs'),
  repeated(6, 'shortNames'),
  repeated(7, 'categories'),
  repeated(8, 'subresources', subresourceDiscovery),
)

const versionDiscovery = message(
  'APIVersionDiscovery',
  always(1, 'version'),
  repeated(2, 'resources', resourceDiscovery),
  always(3, 'freshness'),
)

const groupDiscovery = message(
  'APIGroupDiscovery',
  always(1, 'metadata', objectMeta),
  repeated(2, 'versions', versionDiscovery),
)

const scale = message(
  'Scale',
  always(1, 'metadata', objectMeta),
  always(2, 'spec', message('ScaleSpec', always(1, 'replicas', 'int32'))),
  always(3, 'status', message('ScaleStatus', always(1, 'replicas', 'int32'), always(2, 'selector'))),
)

const partialObjectMetadata = message('PartialObjectMetadata', always(1, 'metadata', objectMeta))

/** Options stand in every group: their apiVersion may be any. */
const optionKinds: ReadonlyMap<string, Message> = new Map(
  [createOptions, deleteOptions, patchOptions, updateOptions].map((m) => [m.name, m]),
)

const kinds: ReadonlyMap<string, Message> = new Map<string, Message>([
  ['v1 Status', status],
  ...coreMessages(objectMeta),
  ['v1 APIVersions', apiVersions],
  ['v1 APIGroup', apiGroup],
  ['v1 APIGroupList', message('APIGroupList', repeated(1, 'groups', apiGroup))],
  ['v1 APIResourceList', message('APIResourceList', always(1, 'groupVersion'), repeated(2, 'resources', apiResource))],
  ['autoscaling/v1 Scale', scale],
  [
    'apidiscovery.k8s.io/v2 APIGroupDiscoveryList',
    message('APIGroupDiscoveryList', always(1, 'metadata', listMeta), repeated(2, 'items', groupDiscovery)),
  ],
  ['meta.k8s.io/v1 PartialObjectMetadata', partialObjectMetadata],
  ['meta.k8s.io/v1beta1 PartialObjectMetadata', partialObjectMetadata],
  [
    'meta.k8s.io/v1 PartialObjectMetadataList',
    message('PartialObjectMetadataList', always(1, 'metadata', listMeta), repeated(2, 'items', partialObjectMetadata)),
  ],
  [
    'meta.k8s.io/v1beta1 PartialObjectMetadataList',
    message('PartialObjectMetadataList', repeated(1, 'items', partialObjectMetadata), always(2, 'metadata', listMeta)),
  ],
])

/** The message of a kind; undefined when it has no protobuf form. Discovery leaves the apiVersion out. */
export function messageOf(apiVersion: string, kind: string): Message | undefined {
  const version = apiVersion === '' || apiVersion === 'meta.k8s.io/v1' ? 'v1' : apiVersion
  return kinds.get(`${apiVersion} ${kind}`) ?? kinds.get(`${version} ${kind}`) ?? optionKinds.get(kind)
}
