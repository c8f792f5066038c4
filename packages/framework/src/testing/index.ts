export { FakeCluster, type Grant } from './fake-cluster/fake-cluster.ts'
