import { last, secondsOf, serversOf } from '../flag-values.ts'
import { defaults } from '../options.ts'
import type { FlagTable } from './flag.ts'

/** Where objects are kept. */
export const storageFlags: FlagTable = {
  'data-dir': { member: 'dataDir', value: 'DIR', help: 'folder of the embedded store' },
  'etcd-servers': {
    member: 'etcdServers',
    value: 'URLS',
    help: 'addresses of an etcd, as https://host:port, with commas between; without it the store is embedded',
    read: (texts) => serversOf(texts.join(',')),
  },
  'etcd-cafile': { member: 'etcdCaFile', value: 'FILE', help: "authorities of etcd's certificate" },
  'etcd-certfile': { member: 'etcdCertFile', value: 'FILE', help: 'certificate that this server shows to etcd' },
  'etcd-keyfile': { member: 'etcdKeyFile', value: 'FILE', help: 'key of --etcd-certfile' },
  'etcd-prefix': {
    member: 'etcdPrefix',
    value: 'PREFIX',
    help: `what all keys in the store begin with (default ${defaults.etcdPrefix})`,
  },
  'etcd-count-metric-poll-period': {
    member: 'etcdCountMetricPollPeriodSeconds',
    value: 'DURATION',
    help: 'objects are counted for /metrics no more often than this; 0: not at all (default 1m0s)',
    read: last(secondsOf),
  },
  'etcd-healthcheck-timeout': {
    member: 'etcdHealthcheckTimeoutSeconds',
    value: 'DURATION',
    help: 'a store that takes longer to answer is not healthy (default 2s)',
    read: last(secondsOf),
  },
  'etcd-readycheck-timeout': {
    member: 'etcdReadycheckTimeoutSeconds',
    value: 'DURATION',
    help: 'nor is the server ready then (default 2s)',
    read: last(secondsOf),
  },
  'etcd-compaction-interval': {
    member: 'etcdCompactionIntervalSeconds',
    value: 'DURATION',
    help: 'history is kept this long, and twice as long at most; also in the embedded store; 0 keeps it all (default 5m0s)',
    read: last(secondsOf),
  },
}
