// Loaded by mocha before the tests (`require` in its configuration): what needs an etcd finds it in ETCD_BINARY.
import { findEtcd } from './etcd-binary.ts'

const etcd = findEtcd()
if ('path' in etcd) {
  process.env.ETCD_BINARY = etcd.path
  console.log(`etcd for the tests: ${etcd.path}`)
} else console.log(`LEFT OUT: the tests with a real etcd: ${etcd.reason}`)
