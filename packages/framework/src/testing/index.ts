export {
  createCertificate,
  type CertificateAndKey,
  type CertificateRequest,
} from '../server/serving/certificate-builder.ts'
export { FakeCluster, type Grant } from './fake-cluster/fake-cluster.ts'
export { FakeAggregator, type Availability, type FakeAggregatorOptions } from './fake-aggregator.ts'
export { FakeClock } from './fake-clock.ts'
export { FaultProxy, type FaultProxyOptions } from './fault-proxy.ts'
export type { FaultRequest, FaultTarget } from './fault.ts'
export { TestServer, type TestClientOptions, type TestServerOptions } from './test-server.ts'
export { roundTrip, type RoundTripOptions, type RoundTripRunner } from './round-trip.ts'
