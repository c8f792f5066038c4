export { FakeCluster, type Grant } from './fake-cluster/fake-cluster.ts'
export {
  createCertificate,
  type CertificateAndKey,
  type CertificateRequest,
} from '../server/serving/certificate-builder.ts'
