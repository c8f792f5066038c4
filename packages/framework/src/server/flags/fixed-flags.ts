import { booleanOf, countOf, list, secondsOf, type ReadFlag } from '../flag-values.ts'
import type { FlagTable } from './flag.ts'

/** Takes what means that which the server does anyway, and throws what to do instead of the rest. */
const only =
  (isSo: (text: string) => boolean, instead: string): ReadFlag =>
  (texts) => {
    for (const text of texts) if (!isSo(text)) throw new RangeError(instead)
    return ''
  }

/** A hint that nothing depends on: it has to be one. */
const hint =
  (read: (text: string) => unknown): ReadFlag =>
  (texts) => {
    for (const text of texts) read(text)
    return ''
  }

const is = (boolean: boolean) => (text: string) => booleanOf(text) === boolean
const isEmpty = (text: string): boolean => text === ''
const ofVersions = (versions: readonly string[]) => (text: string) =>
  list([text]).every((version) => versions.includes(version.replace(/^kube:|^v/, '')))
const sizes = (text: string): unknown =>
  list([text]).map((entry) => {
    const [, size = ''] = entry.split('#')
    if (countOf(size) === 0) throw new RangeError('the watch cache cannot be turned off: all watches come from it')
    return size
  })

/**
 * Flags of Go's servers that say nothing here, or one thing: so that a command line written for one of them is taken where it means the same, and refused,
 * with what to do instead, where it means something else. Source: server/options.
 */
export const fixedFlags: FlagTable = {
  'watch-cache': {
    value: '',
    help: 'true, as always',
    read: only(is(true), 'watches always come from one watch of the store: leave it away'),
  },
  'watch-cache-sizes': {
    value: 'SIZES',
    help: 'no effect, as in Kubernetes: a cache has the size it needs',
    read: hint(sizes),
  },
  'default-watch-cache-size': { value: 'N', help: 'no effect, as in Kubernetes', read: hint(countOf) },
  'delete-collection-workers': {
    value: 'N',
    help: 'no effect: objects of a collection are deleted together',
    read: hint(countOf),
  },
  'lease-reuse-duration-seconds': { value: 'N', help: 'no effect', read: hint(countOf) },
  'etcd-db-metric-poll-interval': {
    value: 'DURATION',
    help: 'no effect: ask etcd for the size of its file',
    read: hint(secondsOf),
  },
  'enable-garbage-collector': {
    value: '',
    help: 'true, as always',
    read: only(is(true), 'finalizers of the garbage collector are always seen to: leave it away'),
  },
  'storage-backend': {
    value: 'NAME',
    help: 'etcd3, where --etcd-servers is given',
    read: only((text) => text === '' || text === 'etcd3', 'must be etcd3; another store is an argument of ApiServer'),
  },
  'storage-media-type': {
    value: 'TYPE',
    help: 'application/json, as always',
    read: only((text) => text === 'application/json', 'objects are stored as application/json: leave it away'),
  },
  'etcd-servers-overrides': {
    value: 'OVERRIDES',
    help: 'none: a resource gets a store of its own in the program',
    read: only(
      isEmpty,
      'give the resource its store in the program: install(resource, { backend: new EtcdBackend(…) })',
    ),
  },
  'encryption-provider-config': {
    value: 'FILE',
    help: 'none: encrypt the volume, or use an etcd that does',
    read: only(
      isEmpty,
      'objects are not encrypted by this server, and it does not start as if they were: encrypt the volume of --data-dir, or that of etcd',
    ),
  },
  'encryption-provider-config-automatic-reload': {
    value: '',
    help: 'false',
    read: only(is(false), 'there is no --encryption-provider-config to reload'),
  },
  'egress-selector-config-file': {
    value: 'FILE',
    help: 'none',
    read: only(isEmpty, 'this server connects to the cluster, to webhooks and to etcd directly: no proxy can be named'),
  },
  'contention-profiling': {
    value: '',
    help: 'false: Node has no locks to wait for',
    read: only(is(false), 'Node has no locks to wait for: see /debug/pprof/profile'),
  },
  'debug-socket-path': {
    value: 'PATH',
    help: 'none: profiles are at /debug/pprof, for who may',
    read: only(isEmpty, 'profiles are at /debug/pprof, for who may, and nowhere without a question'),
  },
  'permit-port-sharing': {
    value: '',
    help: 'false: see --workers',
    read: only(
      is(false),
      'Node cannot share a port between programs: several processes of this one share it with --workers',
    ),
  },
  'permit-address-sharing': {
    value: '',
    help: 'false',
    read: only(
      is(false),
      'Node always sets SO_REUSEADDR, but binds a wildcard beside no specific address: leave it away',
    ),
  },
  'emulated-version': {
    value: 'VERSION',
    help: '1.36, as always',
    read: only(ofVersions(['1.36']), 'this server behaves as Kubernetes 1.36: no other version can be emulated'),
  },
  'min-compatibility-version': {
    value: 'VERSION',
    help: '1.35 or 1.36: nothing depends on it',
    read: only(ofVersions(['1.35', '1.36']), 'must be 1.35 or 1.36'),
  },
  vmodule: {
    value: 'PATTERNS',
    help: 'none: there is one verbosity, -v',
    read: only(isEmpty, 'the log has one verbosity for all files: use -v'),
  },
}
