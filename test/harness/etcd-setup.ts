// Loaded by mocha before the tests (`require` in its configuration): what needs an etcd finds it in ETCD_BINARY. The workers of a parallel run
// load it, too; they have their environment from the process that has looked.
import { findEtcd } from './etcd-binary.ts'

if (process.env.MOCHA_WORKER_ID === undefined) {
  const etcd = findEtcd()
  if ('path' in etcd) {
    process.env.ETCD_BINARY = etcd.path
    console.log(`etcd for the tests: ${etcd.path}`)
  } else console.log(`LEFT OUT: the tests with a real etcd: ${etcd.reason}`)
}
