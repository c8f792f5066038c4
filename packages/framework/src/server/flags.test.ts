import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { flags } from './flag-table.ts'
import { FlagError, readFlags } from './flags.ts'

describe('readFlags', () => {
  it('reads flags in both spellings', () => {
    expect(readFlags(['--secure-port', '7443', '--data-dir=./x', '--request-timeout', '1m30s'])).to.deep.equal({
      securePort: 7443,
      dataDir: './x',
      requestTimeoutSeconds: 90,
    })
  })
  it('says which flag is unknown and what to type', () => {
    expect(() => readFlags(['--secure-prt', '1'])).to.throw(
      FlagError,
      'error: unknown flag: --secure-prt\nRun with --help to see all flags.',
    )
  })
  it('refuses what is no port, no number, no duration', () => {
    expect(() => readFlags(['--secure-port', 'x'])).to.throw(
      FlagError,
      '"x" for "--secure-port" flag: strconv.ParseInt: parsing "x": invalid syntax',
    )
    expect(() => readFlags(['--secure-port', '65536'])).to.throw(FlagError, 'ports end at 65535')
    expect(() => readFlags(['--request-timeout', '5'])).to.throw(FlagError, 'missing unit in duration')
  })
  it("reads Go's flags of audit and of shutdown", () => {
    const flags = ['--audit-log-truncate-enabled', '--audit-log-batch-throttle-qps=0.5', '--audit-log-format=legacy']
    flags.push('--audit-webhook-truncate-max-event-size=10', '--goaway-chance=0.01', '--shutdown-delay-duration=5s')
    expect(readFlags(flags)).to.deep.equal({
      auditLogTruncateEnabled: true,
      auditLogBatchThrottleQps: 0.5,
      auditLogFormat: 'legacy',
      auditWebhookTruncateMaxEventSize: 10,
      goawayChance: 0.01,
      shutdownDelayDurationSeconds: 5,
    })
    for (const wrong of ['--goaway-chance=0.5', '--audit-log-format=xml', '--audit-log-batch-throttle-qps=-1'])
      expect(() => readFlags([wrong]), wrong).to.throw(FlagError)
  })
  it('reads the verbosity in all its spellings, origins and directives', () => {
    for (const spelling of [['-v=3'], ['--v=3'], ['-v', '3'], ['--v', '3']])
      expect(readFlags(spelling), spelling.join(' ')).to.deep.equal({ verbosity: 3 })
    const origins = '--cors-allowed-origins=^https://a\\.io$,//b\\.io$'
    expect(readFlags([origins, '--strict-transport-security-directives=max-age=5,preload'])).to.deep.equal({
      corsAllowedOrigins: ['^https://a\\.io$', '//b\\.io$'],
      strictTransportSecurityDirectives: ['max-age=5', 'preload'],
    })
    for (const wrong of ['--cors-allowed-origins=a.io', '--cors-allowed-origins=^(', '--logging-format=xml', '-v=x'])
      expect(() => readFlags([wrong]), wrong).to.throw(FlagError)
  })
  it('reads feature gates', () => {
    expect(readFlags(['--feature-gates', 'CBORServingAndStorage=true'])).to.deep.equal({
      featureGates: { CBORServingAndStorage: true },
    })
    expect(readFlags(['--feature-gates=kube:WatchList=true,kube:CBORServingAndStorage=true'])).to.deep.equal({
      featureGates: { CBORServingAndStorage: true },
    })
    expect(() => readFlags(['--feature-gates=WatchList=false'])).to.throw(FlagError, 'WatchList is always true')
    expect(() => readFlags(['--feature-gates=Foo=true'])).to.throw(FlagError, 'unrecognized feature gate: Foo')
    expect(() => readFlags(['--feature-gates=CBORServingAndStorage'])).to.throw(FlagError, 'missing bool value')
  })
  it('takes every flag of a Go server whose value means what it does anyway, and refuses all others', () => {
    const taken = ['watch-cache', 'enable-garbage-collector', 'permit-port-sharing=false', 'contention-profiling=false']
    const more = [
      'storage-backend=etcd3',
      'storage-media-type=application/json',
      'watch-cache-sizes=a.b#100',
      'vmodule=',
    ]
    const versions = ['emulated-version=kube:1.36', 'min-compatibility-version=1.35', 'lease-reuse-duration-seconds=60']
    expect(readFlags([...taken, ...more, ...versions].map((flag) => `--${flag}`))).to.deep.equal({})
    const refused = [
      ['watch-cache=false', 'one watch of the store'],
      ['watch-cache-sizes=a.b#0', 'cannot be turned off'],
      ['enable-garbage-collector=false', 'always seen to'],
      ['storage-backend=etcd2', 'must be etcd3'],
      ['storage-media-type=application/vnd.kubernetes.protobuf', 'application/json'],
      ['etcd-servers-overrides=a/b#http://c:1', 'install(resource, { backend'],
      ['encryption-provider-config=f', 'does not start as if they were'],
      ['egress-selector-config-file=f', 'directly'],
      ['debug-socket-path=s', '/debug/pprof'],
      ['permit-port-sharing', '--workers'],
      ['emulated-version=1.34', 'Kubernetes 1.36'],
      ['vmodule=a=4', 'use -v'],
      ['delete-collection-workers=x', 'invalid argument'],
    ]
    for (const [flag = '', words] of refused) expect(() => readFlags([`--${flag}`]), flag).to.throw(FlagError, words)
  })
  it("knows every flag of Go's sample-apiserver", () => {
    // Of `sample-apiserver --help`, Kubernetes 1.36.
    const names = readFileSync(new URL('go-flags.test.txt', import.meta.url), 'utf8')
      .trim()
      .split('\n')
    expect(names.length).to.be.greaterThan(90)
    expect(names.filter((name) => !Object.hasOwn(flags, name) && name !== 'help')).to.deep.equal([])
  })
  it('wants a certificate and its key together', () => {
    expect(() => readFlags(['--tls-cert-file', 'a'])).to.throw(FlagError, 'go together')
  })
  it("reads Go's flags of etcd: addresses with commas or one by one", () => {
    const flags = ['--etcd-servers', 'https://a:2379, http://[::1]:2379', '--etcd-servers=c', '--etcd-prefix=/x']
    expect(readFlags([...flags, '--etcd-compaction-interval', '90s'])).to.deep.equal({
      etcdServers: ['https://a:2379', 'http://[::1]:2379', 'c'],
      etcdPrefix: '/x',
      etcdCompactionIntervalSeconds: 90,
    })
    expect(readFlags(['--etcd-cafile=a', '--etcd-certfile=b', '--etcd-keyfile=c'])).to.deep.equal({
      etcdCaFile: 'a',
      etcdCertFile: 'b',
      etcdKeyFile: 'c',
    })
  })
  it('refuses addresses that are none, half a pair of files, and negative times', () => {
    expect(() => readFlags(['--etcd-servers', 'a,,b'])).to.throw(FlagError, '"" is no address as https://host:port')
    expect(() => readFlags(['--etcd-servers', 'ftp://a:1'])).to.throw(FlagError, '"ftp://a:1" is no address')
    expect(() => readFlags(['--etcd-keyfile', 'a'])).to.throw(
      FlagError,
      '--etcd-certfile and --etcd-keyfile go together',
    )
    expect(() => readFlags(['--etcd-compaction-interval=-5m'])).to.throw(FlagError, 'less than no time')
  })
  it('reads booleans, lists and certificates', () => {
    expect(
      readFlags([
        '--authentication-skip-lookup',
        '--authentication-tolerate-lookup-failure=false',
        '--requestheader-allowed-names=a,b',
        '--requestheader-allowed-names',
        'c',
        '--tls-sni-cert-key',
        'a.crt,a.key',
        '--tls-sni-cert-key=b.crt,b.key:x.io,y.io',
        '--tls-min-version=VersionTLS13',
        '--authorization-webhook-cache-authorized-ttl',
        '1m',
      ]),
    ).to.deep.equal({
      authenticationSkipLookup: true,
      authenticationTolerateLookupFailure: false,
      requestheaderAllowedNames: ['a', 'b', 'c'],
      tlsSniCertKey: [
        { certFile: 'a.crt', keyFile: 'a.key', names: [] },
        { certFile: 'b.crt', keyFile: 'b.key', names: ['x.io', 'y.io'] },
      ],
      tlsMinVersion: 'TLSv1.3',
      authorizationWebhookCacheAuthorizedTtlSeconds: 60,
    })
  })
  it('refuses what is no boolean, no version, no suite, no pair of files', () => {
    expect(() => readFlags(['--standalone=maybe'])).to.throw('strconv.ParseBool: parsing "maybe": invalid syntax')
    expect(() => readFlags(['--cert-dir'])).to.throw('error: flag needs an argument: --cert-dir\n')
    expect(() => readFlags(['--v', '1', '-v'])).to.throw("error: flag needs an argument: 'v' in -v\n")
    expect(() => readFlags(['-q'])).to.throw("error: unknown shorthand flag: 'q' in -q\n")
    expect(() => readFlags(['--audit-log-version=v2'])).to.throw('allowed versions are audit.k8s.io/v1')
    expect(() => readFlags(['--tls-curve-preferences=4588'])).to.throw('unsupported curve 4588')
    expect(
      readFlags(['--tls-curve-preferences=29,23', '--audit-log-compress', '--audit-webhook-mode=blocking']),
    ).to.deep.equal({
      tlsCurvePreferences: 'X25519:P-256',
      auditLogCompress: true,
      auditWebhookMode: 'blocking',
    })
    for (const [flag, value] of [
      ['--standalone', 'perhaps'],
      ['--tls-min-version', 'TLS1.2'],
      ['--tls-cipher-suites', 'NONE'],
      ['--tls-sni-cert-key', 'a.crt'],
    ] as const)
      expect(() => readFlags([`${flag}=${value}`]), flag).to.throw(FlagError, `for "${flag}"`)
  })
})
