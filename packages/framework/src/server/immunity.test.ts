import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'

/** A file, and the title of a test in it, or what no other title in it contains. */
type Point = readonly [file: string, test: string]

const src = join(import.meta.dirname, '..')
const faults = '../../../test/faults'
const http1 = `${faults}/http1.test.ts`
const http2 = `${faults}/http2.test.ts`
const bodies = `${faults}/bodies.test.ts`
const certificates = 'auth/authentication/certificates.test.ts'
const standalone = 'server/standalone/standalone.test.ts'
const isolation = 'server/requests/isolation.test.ts'
const redirections = 'server/redirections.test.ts'
const secure = 'server/serving/secure-server.test.ts'
const source = 'server/source-rules.test.ts'
const jsonPatch = 'endpoints/patch/json-patch.test.ts'
const yaml = 'util/yaml.test.ts'
const manifests = '../../../test/scaffold/manifests.test.ts'
const operational = 'server/routes/operational.test.ts'
const secrets = 'server/secrets.test.ts'
const lifecycle = 'auth/admission/namespace-lifecycle.test.ts'
const plain = 'stand in no log, no metric, no audit event of Metadata and no answer, at any verbosity'
const fromAway = 'are followed by no client of ours'

/** Traps of Node, each with the tests that say that we are not in it. */
const traps: Readonly<Record<string, readonly Point[]>> = {
  'one pool of authorities for two roots of trust: the name of the front proxy is not enough': [
    [certificates, "does not believe a user whose certificate has the proxy's name"],
    [standalone, 'knows users and a front proxy by the authorities of its flags, each for itself'],
    ['server/delegated/delegated.test.ts', 'does not believe a user with the name of the front proxy'],
    ['auth/authentication/trust-roots.test.ts', 'refuses a certificate of a server, and one that signed itself'],
  ],
  'headers that stand twice are joined': [
    [certificates, 'refuses two users in one request'],
    [certificates, 'reads repeated headers one by one over HTTP/2 too'],
    ['request/header-lines.test.ts', 'keeps lines apart and commas whole'],
  ],
  'connections are closed after 5 s, and headers may take 60': [
    [secure, 'keeps an idle connection of HTTP/1.1 longer than the 90 s for which Go keeps it'],
    [http1, 'ends a connection whose headers do not come within 32 s'],
  ],
  'an open connection stays trusted when its authority is no more': [
    [certificates, 'judges an open connection anew when the authorities change'],
    [standalone, 'takes up other authorities while it serves'],
  ],
  'old versions of TLS, and renegotiation': [
    [http2, 'speaks TLS 1.2 and 1.3 alone, and does not renegotiate'],
    ['server/serving/serving-certificates.test.ts', 'keeps to versions and cipher suites'],
  ],
  'what is read at any depth cannot be written again': [
    ['util/json.test.ts', 'limits the depth'],
    [yaml, 'bounds nesting, also that of aliases'],
    ['endpoints/negotiation/cbor.test.ts', 'answers 400 to endless nesting'],
    [jsonPatch, 'refuses a document that would be too deep to be read again'],
    [bodies, 'answers 400 for JSON nested ten thousand deep'],
    ['schema/cel/program.test.ts', 'refuses what is nested too deep, and says so'],
  ],
  'patterns that backtrack, in schemas and in CEL': [
    ['schema/validation/formats.test.ts', 'does not slow down over patterns that backtrack'],
    ['schema/cel/program.test.ts', 'does not slow down over patterns that backtrack'],
    ['schema/cel/program.test.ts', 'stops what costs too much, and nothing absorbs that'],
  ],
  'a reset, 429 or 500 ends an informer': [
    ['client/reflector.test.ts', 'watches again from the same version after 429 and a cut connection'],
    ['client/reflector.test.ts', 'goes on after every kind of failure of a list'],
  ],
}

/** Known vulnerabilities of Kubernetes and Go, of Node and of packages, each with the tests that keep us from having them. */
const vulnerabilities: Readonly<Record<string, readonly Point[]>> = {
  'CVE-2018-1002105: a refused upgrade leaves a tunnel': [
    [http1, 'judges a request that follows a refused upgrade by itself, or not at all'],
    ['server/subresources/connect.test.ts', 'passes authentication and authorization, also with an upgrade'],
  ],
  'CVE-2022-3172: a server sends clients elsewhere': [
    [redirections, 'are no answer of the server, but to the newer hash'],
    [redirections, "are no answer of an author's connecter"],
    ['endpoints/openapi/openapi-routes.test.ts', 'redirects from a stale hash'],
  ],
  'CVE-2020-8559, 8561: redirections are followed, bodies logged': [
    [redirections, fromAway],
    [secrets, plain],
  ],
  'CVE-2022-3162: rights on one resource read another': [[isolation, 'are those of kinds whose names begin alike']],
  'CVE-2015-5305: names that are paths': [
    [isolation, 'are those of names that would be other keys'],
    ['client/client.test.ts', 'refuses names that would be another path'],
    ['storage/conformance/storage-write.ts', 'refuses keys outside of the resource'],
  ],
  'CVE-2016-1905, 2023-2727, 2728, 1260: a patch or a subresource passes admission by': [
    [isolation, 'is what a patch makes beside what is stored, of subresources too'],
    ['server/subresources/connect.test.ts', 'is refused by admission, also with an upgrade'],
  ],
  'CVE-2019-11247: what is of the cluster, by a path with a namespace': [
    [isolation, 'are those of the cluster, by a path with a namespace, and the reverse'],
  ],
  'CVE-2019-1002100: patches that copy without end': [
    [jsonPatch, 'answers 413 beyond 10000 operations'],
    [jsonPatch, 'stops copies that add more than 3 MiB, at once'],
    [jsonPatch, 'does not let moves within long lists go on for ever'],
  ],
  'CVE-2019-11253, 11254: aliases of YAML': [
    [yaml, 'bounds what aliases bring in'],
    [bodies, 'answers 413 beyond 3 MiB'],
  ],
  'CVE-2020-8552: labels of metrics that clients make': [
    ['server/metrics/labels.test.ts', 'are from a closed set, whatever clients say'],
    ['server/delegated/delegated.test.ts', 'in labels that strangers cannot make more'],
  ],
  'CVE-2019-11250, 2020-8563 to 8566: tokens and secrets in logs': [
    [secrets, plain],
    ['server/browsers.test.ts', 'writes a line for each request at verbosity 3, without secrets'],
  ],
  'CVE-2019-11248: profiles for anybody': [
    [operational, 'profile, change the verbosity and reset the metrics for who may, and for nobody else'],
    [operational, 'do not profile when --profiling=false'],
  ],
  'CVE-2021-25735: admission sees another old object': [
    [isolation, 'is the object as it stands when the write is made, again after each conflict'],
  ],
  'CVE-2025-5187: deletion by way of ownerReferences': [
    ['../../../test/cluster/controllers.test.ts', 'deletes an object whose owner never was'],
    ['meta/object-meta.test.ts', 'requires all members'],
  ],
  'CVE-2024-7598: writes into a namespace that goes': [
    [lifecycle, 'refuses a namespace on its way out'],
    [lifecycle, 'does not believe its cache after it saw the deletion'],
  ],
  'CVE-2024-0793: a malformed object ends a controller': [
    ['controller/manager.test.ts', 'tries again after an error and after requeueAfterMs'],
    ['controller/manager.test.ts', 'survives a mapping that throws'],
  ],
  'CVE-2025-1974: webhooks that pods may call': [
    // We call webhooks, and are none: what listens are the server itself and the probes of a controller.
    [manifests, 'lays what a cluster needs for one replica with a volume'],
    ['server/delegated/admission.test.ts', 'shows webhooks who it is, as its configuration says'],
  ],
  'CVE-2019-16276: names of headers that are nearly right': [
    [http1, 'believes no header with an underscore or a space for one with a dash'],
    [http2, 'no identity comes of headers in odd spellings'],
  ],
  'CVE-2023-44487, 39325, 45288, 2019-9512, 9514: floods of HTTP/2': [
    [http2, 'rapid reset: the session is told to go after 200'],
    [http2, 'rapid reset by connections without end: memory stays'],
    [http2, 'CONTINUATION without end: the session ends'],
    [http2, 'without end, answers not read: memory is bounded'],
  ],
  'etcd CVE-2018-1098, 2020-15106, 15113, 2021-28235, 2023-32082: files for all, damage that ends the server': [
    ['storage/backends/lmdb/history.test.ts', 'keeps its files to its own user'],
    ['storage/backends/lmdb/file-check.test.ts', 'and does not end the process'],
    ['server/serving/certificate-files.test.ts', 'and an administrator, for nobody else to read'],
    [manifests, 'lays two replicas over etcd with certificates by cert-manager'],
  ],
  'Node CVE-2026-21637, 2025-59464 to 59466, 2026-21714: handshakes that end the process, or stay in memory': [
    [secure, 'survives names of servers that are none, and handshakes that are none'],
    [secure, 'holds on to no connection that comes and goes'],
    [http2, 'a window that overflows ends the stream'],
  ],
  'Node CVE-2024-22019, 27982, 27983, 2025-23085, 23167: smuggled requests': [
    [http1, 'answers 400 and ends the connection: '],
    [http1, 'answers each of several requests in one packet by its own headers'],
    [http2, 'a body without end does not keep its stream after the answer'],
  ],
  'koa CVE-2026-27959, 2025-8129, 25200': [[source, 'takes nothing of koa that a client decides']],
  'path-to-regexp CVE-2026-4926, 4923, 2024-45296': [[source, 'has no path but written ones for the router']],
  'ajv CVE-2025-69873, 2020-15366': [[source, "runs patterns of schemas and of flags on Go's engine"]],
  'js-yaml CVE-2025-64718, yaml CVE-2026-33532': [
    [yaml, 'holds keys of any name'],
    [bodies, 'drops __proto__ as the unknown member that it is'],
    [bodies, 'takes no prototype out of a merge patch'],
  ],
  'ws CVE-2026-48779, 2024-37890': [
    ['server/subresources/channel.test.ts', 'ends a connection whose message comes in fragments without end'],
    ['server/subresources/channel.test.ts', 'ends a connection whose messages are too long'],
    ['server/watch-socket.test.ts', 'reads nothing that the client says'],
  ],
  'protobufjs CVE-2026-41242, 44291; node-forge, jsonpath-plus, fast-json-patch, tar-fs, form-data': [
    [source, 'has no part of which code can be made from data'],
    [source, 'makes no code of text'],
    ['util/protobuf-message.test.ts', 'throws for what is no protobuf, and never reads beyond the end'],
  ],
  'packages that were taken over': [
    [source, 'is pinned, and comes from a registry with its hash'],
    [source, 'runs no script when it is installed but that of lmdb'],
  ],
}

/** That coverage is to be taken of what tsc makes, another trap, is nothing that a server could be tested for. */
describe('The checklist of traps and vulnerabilities', () => {
  const titles = new Map<string, readonly string[]>()
  const titlesOf = (file: string): readonly string[] => {
    const path = join(src, file)
    if (!existsSync(path)) return []
    const known = titles.get(file) ?? readFileSync(path, 'utf8').match(/\b(?:it\(\s*|name: )[`'"][^\n]*/g) ?? []
    titles.set(file, known)
    return known
  }
  for (const [what, points] of Object.entries({ ...traps, ...vulnerabilities }))
    it(`names tests that are there: ${what}`, () => {
      expect(points).to.not.be.empty
      for (const [file, test] of points) {
        const found = titlesOf(file).filter((title) => title.includes(test))
        expect(found, `${file}: ${test}`).to.have.length(1)
      }
    })
})
