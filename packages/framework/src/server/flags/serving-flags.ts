import { booleanOf, countOf, last, list, portOf, sniFiles, workersOf } from '../flag-values.ts'
import { defaults } from '../options.ts'
import { cipherList, curveList, tlsVersion } from '../serving/cipher-suites.ts'
import type { FlagTable } from './flag.ts'

/** Where and how the server listens. */
export const servingFlags: FlagTable = {
  'secure-port': {
    member: 'securePort',
    value: 'PORT',
    help: `port of HTTPS; 0 takes a free one (default ${String(defaults.securePort)})`,
    read: last(portOf),
  },
  'bind-address': {
    member: 'bindAddress',
    value: 'IP',
    help: `address to listen on (default ${defaults.bindAddress})`,
  },
  workers: {
    member: 'workers',
    value: 'N',
    help: `processes that serve, one for each core that the server is to use (default ${String(defaults.workers)})`,
    read: last(workersOf),
  },
  'cert-dir': {
    member: 'certDir',
    value: 'DIR',
    help: `where the server keeps the certificates that it makes (default ${defaults.certDir})`,
  },
  'tls-cert-file': { member: 'tlsCertFile', value: 'FILE', help: 'serving certificate, its intermediates after it' },
  'tls-private-key-file': { member: 'tlsPrivateKeyFile', value: 'FILE', help: 'key of --tls-cert-file' },
  'tls-sni-cert-key': {
    member: 'tlsSniCertKey',
    value: 'CERT,KEY[:NAMES]',
    help: 'another serving certificate, for the hosts named (default: those in it); may be repeated',
    read: (texts) => texts.map(sniFiles),
  },
  'tls-min-version': {
    member: 'tlsMinVersion',
    value: 'VERSION',
    help: 'VersionTLS10, VersionTLS11, VersionTLS12 (the default) or VersionTLS13',
    read: last(tlsVersion),
  },
  'tls-cipher-suites': {
    member: 'tlsCipherSuites',
    value: 'SUITES',
    help: 'cipher suites up to TLS 1.2, with commas between them',
    read: (texts) => cipherList(list(texts)),
  },
  'tls-curve-preferences': {
    member: 'tlsCurvePreferences',
    value: 'NUMBERS',
    help: 'curves by their numbers: 23 (P-256), 24 (P-384), 25 (P-521), 29 (X25519)',
    read: (texts) => curveList(list(texts)),
  },
  'http2-max-streams-per-connection': {
    member: 'http2MaxStreamsPerConnection',
    value: 'N',
    help: 'requests at once on one HTTP/2 connection (default 1000)',
    read: last(countOf),
  },
  'disable-http2-serving': { member: 'disableHttp2Serving', value: '', help: 'HTTP/1.1 only', read: last(booleanOf) },
  'write-kubeconfig': {
    member: 'writeKubeconfig',
    value: 'FILE',
    help: "writes the administrator's kubeconfig when the server is ready",
  },
}
