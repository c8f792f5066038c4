export { EtcdBackend, type EtcdBackendOptions } from './etcd-backend.ts'
