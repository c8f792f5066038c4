import type { Backend } from '../storage/backend.ts'
import type { ParsedFlags } from './flags.ts'

/** What {@link backendOf} reads. */
export type StorageFlags = Pick<
  ParsedFlags,
  'dataDir' | 'etcdServers' | 'etcdCaFile' | 'etcdCertFile' | 'etcdKeyFile' | 'etcdCompactionIntervalSeconds'
>

/**
 * The store that the command line asks for: etcd with `--etcd-servers`, else LMDB in `--data-dir`. Only the one that is
 * used is loaded. Rejects when a file of certificates is missing or wrong only as the server opens it.
 */
export async function backendOf(flags: StorageFlags): Promise<Backend> {
  const { etcdServers, etcdCaFile, etcdCertFile, etcdKeyFile, etcdCompactionIntervalSeconds } = flags
  if (etcdServers === undefined || etcdServers.length === 0) {
    const { LmdbBackend } = await import('../storage/backends/lmdb/index.ts')
    return new LmdbBackend({ path: flags.dataDir, historySeconds: etcdCompactionIntervalSeconds })
  }
  const { EtcdBackend } = await import('../storage/backends/etcd/index.ts')
  return new EtcdBackend({
    servers: etcdServers,
    caFile: etcdCaFile,
    certFile: etcdCertFile,
    keyFile: etcdKeyFile,
    compactionIntervalSeconds: etcdCompactionIntervalSeconds,
  })
}
