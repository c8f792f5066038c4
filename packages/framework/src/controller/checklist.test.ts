import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'

type Item = readonly [what: string, file: string, test: string]

const src = join(import.meta.dirname, '..')
const reflector = 'client/reflector.test.ts'
const informer = 'client/informer.test.ts'
const time = 'client/informer-time.test.ts'
const client = 'client/client.test.ts'
const typed = 'client/typed-client.test.ts'
const http2 = 'client/http2.test.ts'
const queue = 'controller/work-queue.test.ts'
const manager = 'controller/manager.test.ts'
const endpoints = 'controller/manager-endpoints.test.ts'
const leader = 'controller/leader-elector.test.ts'
const recorder = 'controller/event-recorder.test.ts'
const onServer = 'controller/create-or-update.test.ts'
const owner = 'controller/owner-reference.test.ts'
const cluster = '../../../test/cluster'

/** What a runtime for controllers must do, and the test that says so. The sections are those of client-go and controller-runtime. */
const checklist: Readonly<Record<string, readonly Item[]>> = {
  reflector: [
    ['WatchList first, its stream goes on', reflector, 'takes the initial events of one watch at its bookmark'],
    ['nothing told before the bookmark', reflector, 'keeps nothing of initial events that broke off'],
    ['falls back to list and watch', reflector, 'lists and watches where the server has no initial events'],
    ['WatchList 410: any version', reflector, 'asks for initial events of any version when the last one is gone'],
    ['pages, and 410 amid them', reflector, 'takes pages together, and asks for all at once when a page is gone'],
    ['end of a watch: no list', reflector, 'watches on from the last version, bookmarks included'],
    ['429 and broken connections: no list', reflector, 'watches again from the same version after 429'],
    ['410: list at the last version, then at any', reflector, 'lists again after 410 ${name}'],
    ['very short watch', reflector, 'takes a watch that ends at once for a fault'],
    ['other kinds in the stream', reflector, 'takes no notice of objects of another kind'],
    ['never gives up', reflector, 'goes on after every kind of failure of a list'],
    ['backoff with jitter', time, 'goes on trying, ever more slowly, while the server is away'],
    ['selectors', reflector, 'sends its selectors with every request'],
    ['stalled watches', time, 'opens a watch anew that has gone silent'],
    ['health check', time, 'is unhealthy when it hangs, and not because the server is away'],
  ],
  informer: [
    ['add, update, delete, tombstones', informer, 'tells adds, updates and deletes, and holds what there is'],
    ['deletes that were missed', informer, 'finds out after a missed stretch what was deleted'],
    ['hasSynced', informer, 'waits until the first objects are here, or the signal aborts'],
    ['hasSynced of a handler', time, 'says of each handler whether it was told of everything'],
    ['resync by handler, not under a second', time, 'tells handlers with a period again of every object'],
    ['transform', informer, 'keeps what the transform makes'],
    ['immutable in handlers', time, 'freezes what handlers get'],
    ['copies for readers', informer, 'gives private copies'],
    ['indexers', informer, 'finds by namespace, labels and indices, which follow changes'],
    ['keys and values of indexers', time, 'finds keys and values of an index'],
    ['late and removed handlers', informer, 'tells late handlers what is there, and removed ones nothing'],
    ['order, slow handlers, throwing handlers', informer, 'keeps the order for a slow handler, delays no other'],
    ['filtering handlers', time, 'tells a filtered handler what comes into its sight'],
    ['shared by kind', informer, 'shares one informer of a kind'],
    ['metadata only', typed, 'keeps informers of metadata'],
    ['options by kind', time, 'keeps of some kinds less'],
    ['store equals server', 'client/informer-equality.test.ts', 'random operations with random faults (SEED='],
    [
      'restarts and compaction',
      `${cluster}/controllers-informers.test.ts`,
      'find out what was deleted, and compacted away',
    ],
  ],
  'work queue': [
    ['dirty, processing, one worker a key', queue, 'never gives one item to two workers, loses none'],
    ['collapses while processing', queue, 'holds back an item that is being worked on'],
    ['addAfter: the earlier', queue, 'adds after a delay, at the earlier of two times'],
    ['rate limited, forget, numRequeues', queue, 'doubles the wait with every failure until it is forgotten'],
    ['shutDown', queue, 'drops what waits when it shuts down'],
    ['shutDownWithDrain', queue, 'drains: waits for those that work'],
    ['limiters', 'controller/rate-limiter.test.ts', 'takes the longest of several, and no more than a limit'],
    ['bucket', 'controller/rate-limiter.test.ts', 'gives a burst at once and then one after the other'],
    ['priorities, against a model', 'controller/work-queue-model.test.ts', 'give the same items, in the same order'],
    ['low priority at the start', manager, 'reconciles what happens now before what was there at the start'],
  ],
  reconciler: [
    ['error, requeueAfter, terminal', manager, 'tries again after an error and after requeueAfterMs, but not after'],
    ['panic, counters, labels of results', endpoints, 'counts reconciliations, queues and requests'],
    ['timeout', manager, 'aborts the signal of a call that takes too long'],
    ['shutdown drains', manager, 'tells calls to stop, drains the queue with calls that see it'],
    ['maxConcurrentReconciles', manager, 'runs as many at once as it may, and never one object twice'],
    ['cacheSyncTimeout', manager, 'stops with the failure of a runnable, and when objects do not arrive in time'],
    ['unique names', manager, 'refuses a second start and a second controller of a name'],
    ['traces', manager, 'links a call to the write that caused it, and what it writes to the call'],
    ['logger of a call', manager, 'gives each call a logger that names the controller, the object and the call'],
  ],
  builder: [
    ['for, once', manager, 'refuses controllers that could never work'],
    ['owns, watches with both states', manager, 'reconciles the owner of what it owns, and what a mapping names'],
    ['version of owners ignored', owner, 'looks at group and kind alone'],
    ['predicates, ANDed and for all', manager, 'asks predicates'],
    ['other sources', manager, 'takes requests from sources of its own, and asks the predicate of all'],
    ['mapping that throws', manager, 'survives a mapping that throws'],
  ],
  manager: [
    ['order of the stop', manager, 'and only then stops the cache'],
    ['grace', manager, 'rejects when the stop takes longer than its grace'],
    ['lost leadership: no grace', leader, 'ends at once, without a grace, when the leadership is lost'],
    ['signals', manager, 'exits with 1 at the second signal'],
    ['late runnables', manager, 'starts at once what is added while it runs'],
    ['healthz and readyz', endpoints, 'answers probes in the text format of all Kubernetes servers'],
    ['addresses taken', endpoints, 'refuses to start where an address is taken or is none'],
  ],
  'leader election': [
    ['durations', leader, 'refuses times that do not fit together'],
    ['Lease, release', leader, 'makes the Lease, renews it, and gives it back'],
    ['own clock only', leader, 'waits for the end of a Lease by its own clock'],
    ['fast and slow path', leader, 'survives lost answers and conflicts, and reads the Lease again'],
    ['renew deadline', leader, 'is lost after the renewal deadline, and before another can have it'],
    ['release after all runnables', leader, 'gives the Lease back after all has stopped'],
    ['fencing', leader, 'refuses what comes after a pause of the process'],
    ['fencing, connection pending', leader, 'refuses a write that was asked for before a pause'],
    ['kill -9 and SIGSTOP', leader, 'never lets two write, under kill -9 and SIGSTOP'],
    ['the same in a cluster', `${cluster}/controllers-leader.test.ts`, 'never has two that write'],
    ['health, metrics', endpoints, 'tells who is the leader'],
  ],
  events: [
    ['object', recorder, 'creates an event about the object'],
    ['series', recorder, 'makes a series of the same event'],
    ['404 of a series: create', recorder, 'creates a series anew that the server has forgotten'],
    ['final and other failures', recorder, 'tries again what did not reach the server, and gives up what'],
    ['AlreadyExists after a lost answer', recorder, 'takes an event that is there already'],
  ],
  client: [
    ['verbs, media types, options', client, 'writes with the path, media type and parameters of each verb'],
    ['Retry-After', client, 'waits as long as Retry-After says and asks again'],
    ['no second write', client, 'does not send a write again'],
    ['warnings', client, 'hands warnings on'],
    ['one connection', http2, 'sends everything over one connection'],
    ['dead connections', http2, 'finds out that a connection is dead when an answer is late'],
    ['rate limit', http2, 'lets a burst through and then so many a second'],
    ['apply, typed', typed, 'applies parts of an object, typed at every depth'],
    ['scale', typed, 'reads and writes scales'],
    ['dynamic', typed, 'finds kinds at run time, once'],
    ['metadata only', typed, 'asks for metadata only'],
    ['kubeconfig', 'client/kube-config.test.ts', 'reads the context, its cluster and its user'],
    ['exec plugins', 'client/kube-config.test.ts', 'runs an exec plugin once until its credential expires'],
    ['token files', 'client/kube-config.test.ts', 'reads a token again when the server no longer takes it'],
    ['in a pod', 'client/kube-config.test.ts', 'takes the service account of a pod'],
    ['merge patches, optimistic lock', 'client/merge-patch.test.ts', 'carries the resourceVersion when others'],
  ],
  helpers: [
    ['controller references', owner, 'refuses a second controller'],
    ['owners of other namespaces', owner, 'refuses owners of other namespaces, and takes cluster-scoped ones'],
    ['removing what is not there', owner, 'removes them by name, and refuses to remove what is not there'],
    ['finalizers', onServer, 'hold the deletion back until what they clean up is clean'],
    ['createOrUpdate', onServer, 'creates, leaves alone, and updates'],
    ['createOrPatch with status', onServer, 'sends what changed only, and status to its subresource'],
    ['mutation of names', onServer, 'refuses a mutation of the name'],
    ['retryOnConflict', onServer, 'gives up after five tries, and at once for other failures'],
    ['conditions', 'controller/conditions.test.ts', 'moves the time only where the status changes'],
  ],
  metrics: [
    ['names of controller-runtime', endpoints, 'counts reconciliations, queues and requests by controller-runtime'],
    ['begin with zero', endpoints, 'starts all counters with zero'],
  ],
  testing: [
    ['in-process server, faults', 'testing/test-server.test.ts', 'breaks, ends and fails watches'],
    ['aggregator', 'testing/fake-aggregator.test.ts', 'tells the server who asks, and the server believes it'],
  ],
}

/*
 * Left out, because Node, or what stands above, needs it not: the typed, rate-limited queue variants of Go; DeltaFIFO as a
 * structure of its own (a handler's queue does its work); webhook server and pprof of a Manager; per-namespace caches of
 * several namespaces; legacy core/v1 events and their spam filter; reads of the cache by field selector (indices do it);
 * TLS and authentication of /metrics.
 */
describe('The checklist of controllers', () => {
  for (const [section, items] of Object.entries(checklist))
    it(`names a test that is there for each point: ${section}`, () => {
      for (const [what, file, test] of items) {
        const path = join(src, file)
        expect(existsSync(path), `${what}: ${file}`).to.equal(true)
        const titles = readFileSync(path, 'utf8').match(/\bit\(\s*[`'][^\n]*/g) ?? []
        const found = titles.filter((title) => title.includes(test))
        expect(found, `${what}: ${file}: ${test}`).to.have.length(1)
      }
    })
})
