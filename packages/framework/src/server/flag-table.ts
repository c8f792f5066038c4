import {
  auditMode,
  booleanOf,
  countOf,
  last,
  list,
  portOf,
  secondsOf,
  serversOf,
  sniFiles,
  type ReadFlag,
} from './flag-values.ts'
import { defaults, type ServerFlags } from './options.ts'
import { cipherList, tlsVersion } from './serving/cipher-suites.ts'

/** Flags with the folder of the embedded store. */
export interface ParsedFlags extends ServerFlags {
  readonly dataDir: string
}

export interface Flag {
  readonly member: keyof ParsedFlags
  /** `FILE`, `DIR`, … in the help; '' for those that are true by being there. */
  readonly value: string
  readonly help: string
  /** Gets every value that was given, one after the other. Default: the last one counts, as it stands. */
  readonly read?: ReadFlag
}

/** The flags, in the order of the help. */
export const flags: Readonly<Record<string, Flag>> = {
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
  'cert-dir': {
    member: 'certDir',
    value: 'DIR',
    help: `where the server keeps the certificates that it makes (default ${defaults.certDir})`,
  },
  'tls-cert-file': { member: 'tlsCertFile', value: 'FILE', help: 'serving certificate, its intermediates after it' },
  'tls-private-key-file': { member: 'tlsPrivateKeyFile', value: 'FILE', help: 'key of --tls-cert-file' },
  'client-ca-file': {
    member: 'clientCaFile',
    value: 'FILE',
    help: 'authorities whose client certificates name users (CN the user, O the groups)',
  },
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
  'http2-max-streams-per-connection': {
    member: 'http2MaxStreamsPerConnection',
    value: 'N',
    help: 'requests at once on one HTTP/2 connection (default 1000)',
    read: last(countOf),
  },
  'disable-http2-serving': { member: 'disableHttp2Serving', value: '', help: 'HTTP/1.1 only', read: last(booleanOf) },
  kubeconfig: {
    member: 'kubeconfig',
    value: 'FILE',
    help: 'the cluster behind this server (default: that of the pod; elsewhere none, and the server stands alone)',
  },
  standalone: { member: 'standalone', value: '', help: 'no cluster, also in a pod', read: last(booleanOf) },
  'authentication-kubeconfig': {
    member: 'authenticationKubeconfig',
    value: 'FILE',
    help: 'whom to ask about tokens and trusted certificates (default --kubeconfig)',
  },
  'authentication-skip-lookup': {
    member: 'authenticationSkipLookup',
    value: '',
    help: 'do not read from the cluster which certificates it trusts',
    read: last(booleanOf),
  },
  'authentication-tolerate-lookup-failure': {
    member: 'authenticationTolerateLookupFailure',
    value: '',
    help: 'start also when that cannot be read',
    read: last(booleanOf),
  },
  'authentication-token-webhook-cache-ttl': {
    member: 'authenticationTokenWebhookCacheTtlSeconds',
    value: 'DURATION',
    help: 'how long an answer about a token is believed (default 10s)',
    read: last(secondsOf),
  },
  'authorization-kubeconfig': {
    member: 'authorizationKubeconfig',
    value: 'FILE',
    help: 'whom to ask who may do what (default --kubeconfig)',
  },
  'authorization-always-allow-paths': {
    member: 'authorizationAlwaysAllowPaths',
    value: 'PATHS',
    help: `what everybody may ask for (default ${defaults.authorizationAlwaysAllowPaths.join(',')})`,
    read: list,
  },
  'authorization-webhook-cache-authorized-ttl': {
    member: 'authorizationWebhookCacheAuthorizedTtlSeconds',
    value: 'DURATION',
    help: 'how long a yes is believed (default 10s)',
    read: last(secondsOf),
  },
  'authorization-webhook-cache-unauthorized-ttl': {
    member: 'authorizationWebhookCacheUnauthorizedTtlSeconds',
    value: 'DURATION',
    help: 'how long a no is believed (default 10s)',
    read: last(secondsOf),
  },
  'requestheader-client-ca-file': {
    member: 'requestheaderClientCaFile',
    value: 'FILE',
    help: 'authorities of the front proxy, who names users in headers',
  },
  'requestheader-allowed-names': {
    member: 'requestheaderAllowedNames',
    value: 'NAMES',
    help: 'common names of its certificates (default: any)',
    read: list,
  },
  'requestheader-username-headers': {
    member: 'requestheaderUsernameHeaders',
    value: 'NAMES',
    help: 'default x-remote-user',
    read: list,
  },
  'requestheader-group-headers': {
    member: 'requestheaderGroupHeaders',
    value: 'NAMES',
    help: 'default x-remote-group',
    read: list,
  },
  'requestheader-extra-headers-prefix': {
    member: 'requestheaderExtraHeadersPrefix',
    value: 'NAMES',
    help: 'default x-remote-extra-',
    read: list,
  },
  'requestheader-uid-headers': {
    member: 'requestheaderUidHeaders',
    value: 'NAMES',
    help: 'default none',
    read: list,
  },
  'token-auth-file': {
    member: 'tokenAuthFile',
    value: 'FILE',
    help: 'tokens of a server that stands alone: token,user,uid,"group1,group2"',
  },
  'audit-policy-file': {
    member: 'auditPolicyFile',
    value: 'FILE',
    help: 'which requests are written down, and how much of them (audit.k8s.io/v1 Policy)',
  },
  'audit-log-path': {
    member: 'auditLogPath',
    value: 'FILE',
    help: 'where they are written, a line of JSON each; - is standard output',
  },
  'audit-log-mode': {
    member: 'auditLogMode',
    value: 'MODE',
    help: 'batch, blocking (the default) or blocking-strict',
    read: last(auditMode),
  },
  'audit-log-maxage': { member: 'auditLogMaxage', value: 'DAYS', help: 'default 366', read: last(countOf) },
  'audit-log-maxbackup': {
    member: 'auditLogMaxbackup',
    value: 'N',
    help: 'old files kept (default 100)',
    read: last(countOf),
  },
  'audit-log-maxsize': { member: 'auditLogMaxsize', value: 'MB', help: 'default 100', read: last(countOf) },
  'audit-webhook-config-file': {
    member: 'auditWebhookConfigFile',
    value: 'FILE',
    help: 'kubeconfig of whom to send them to',
  },
  'audit-webhook-initial-backoff': {
    member: 'auditWebhookInitialBackoffSeconds',
    value: 'DURATION',
    help: 'before the first repetition (default 10s)',
    read: last(secondsOf),
  },
  'audit-webhook-batch-max-size': {
    member: 'auditWebhookBatchMaxSize',
    value: 'N',
    help: 'events in one request (default 400)',
    read: last(countOf),
  },
  'audit-webhook-batch-max-wait': {
    member: 'auditWebhookBatchMaxWaitSeconds',
    value: 'DURATION',
    help: 'how long an event waits for others (default 30s)',
    read: last(secondsOf),
  },
  'audit-webhook-batch-buffer-size': {
    member: 'auditWebhookBatchBufferSize',
    value: 'N',
    help: 'events that may wait (default 10000)',
    read: last(countOf),
  },
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
  'etcd-compaction-interval': {
    member: 'etcdCompactionIntervalSeconds',
    value: 'DURATION',
    help: 'history is kept this long, and twice as long at most; also in the embedded store; 0 keeps it all (default 5m0s)',
    read: last(secondsOf),
  },
  'write-kubeconfig': {
    member: 'writeKubeconfig',
    value: 'FILE',
    help: "writes the administrator's kubeconfig when the server is ready",
  },
  'request-timeout': {
    member: 'requestTimeoutSeconds',
    value: 'DURATION',
    help: 'longest that a request may take, but for watches (default 1m0s)',
    read: last(secondsOf),
  },
  'max-requests-inflight': {
    member: 'maxRequestsInflight',
    value: 'N',
    help: `reads under way at once (default ${String(defaults.maxRequestsInflight)})`,
    read: last(countOf),
  },
  'max-mutating-requests-inflight': {
    member: 'maxMutatingRequestsInflight',
    value: 'N',
    help: `writes under way at once (default ${String(defaults.maxMutatingRequestsInflight)})`,
    read: last(countOf),
  },
}
