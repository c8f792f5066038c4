import type { Parameter } from './operation.ts'

/** The query parameters of the option structs, and those of paths. Source: apimachinery meta/v1 types.go. */

const query = (name: string, type: Parameter['type'], description: string): Parameter => ({
  name,
  in: 'query',
  type,
  description,
})

export const pretty = query(
  'pretty',
  'string',
  "If 'true', the answer is indented. By default it is for curl, wget and browsers.",
)
export const namespaceInPath: Parameter = {
  name: 'namespace',
  in: 'path',
  type: 'string',
  description: 'object name and auth scope, such as for teams and projects',
}
export const pathInPath: Parameter = { name: 'path', in: 'path', type: 'string', description: 'path to the resource' }
export const nameInPath = (kind: string): Parameter => ({
  name: 'name',
  in: 'path',
  type: 'string',
  description: `name of the ${kind}`,
})

const selection: readonly Parameter[] = [
  query(
    'continue',
    'string',
    'The token of the previous chunk of the list, with which the next one is asked for; everything else must be asked as before. A token that has expired is answered with 410 and, where possible, with a token to go on from the changed list.',
  ),
  query('fieldSelector', 'string', 'Restricts the objects by their fields. Default: everything.'),
  query('labelSelector', 'string', 'Restricts the objects by their labels. Default: everything.'),
  query(
    'limit',
    'integer',
    'At most so many objects are answered; if there are more, metadata.continue of the list is set.',
  ),
  query(
    'resourceVersion',
    'string',
    'Restricts the versions from which the answer may be made. Default: unset, the most recent one.',
  ),
  query(
    'resourceVersionMatch',
    'string',
    'How resourceVersion is meant: NotOlderThan or Exact. To be set with a resourceVersion.',
  ),
  query(
    'sendInitialEvents',
    'boolean',
    'With watch=true: the watch begins with an event for each object there is, followed by a bookmark annotated with k8s.io/initial-events-end. Needs resourceVersionMatch.',
  ),
  query(
    'shardSelector',
    'string',
    'Restricts the objects to a part of the collection, by a hash of one of their fields.',
  ),
  query('timeoutSeconds', 'integer', 'How long the call may take, whatever happens.'),
]

export const listParameters: readonly Parameter[] = [
  query(
    'allowWatchBookmarks',
    'boolean',
    'The watch may send events of type BOOKMARK, which carry nothing but a resourceVersion.',
  ),
  ...selection,
  query('watch', 'boolean', 'Answer with a stream of changes instead of a list. To be used with a resourceVersion.'),
]

const dryRun = query(
  'dryRun',
  'string',
  'The modifications that are not to be persisted. The only value is All: every stage is run, nothing is stored.',
)
const fieldManager = query(
  'fieldManager',
  'string',
  'The name of whoever makes the change: printable characters, at most 128. Default: the part of the user agent before the slash.',
)
const fieldValidation = query(
  'fieldValidation',
  'string',
  'What becomes of fields that are unknown or given twice: Ignore drops them, Warn (the default) drops them with a warning, Strict refuses the request with all of them named.',
)

export const writeParameters: readonly Parameter[] = [dryRun, fieldManager, fieldValidation]

export const patchParameters: readonly Parameter[] = [
  dryRun,
  {
    ...fieldManager,
    description: `${fieldManager.description} Required for apply patches, and optional for the others.`,
  },
  fieldValidation,
  query('force', 'boolean', 'Apply patches take over fields that other managers own. Not allowed with other patches.'),
]

export const deleteParameters: readonly Parameter[] = [
  dryRun,
  query(
    'gracePeriodSeconds',
    'integer',
    'How many seconds may pass before the object is removed; 0 is at once. Default: that of the kind.',
  ),
  query(
    'ignoreStoreReadErrorWithClusterBreakingPotential',
    'boolean',
    'Delete the object even if it cannot be read from the store. Dangerous: finalizers and preconditions are not honoured.',
  ),
  query('orphanDependents', 'boolean', 'Deprecated: use propagationPolicy. Whether dependents are left behind.'),
  query(
    'propagationPolicy',
    'string',
    'What becomes of the dependents: Orphan, Background or Foreground. Default: that of the kind and its finalizers.',
  ),
]

export const deleteCollectionParameters: readonly Parameter[] = [...deleteParameters, ...selection]
