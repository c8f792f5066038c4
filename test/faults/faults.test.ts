import { expect } from 'chai'
import { findEtcdForFaults } from '../harness/etcd-binary.ts'
import { check } from './checker.ts'
import { defects } from './defects.ts'
import { Random } from './random.ts'
import { runTrial, type Trial } from './trial.ts'

const seconds = 35
const seed = Number(process.env.FAULTS_SEED ?? Math.floor(Math.random() * 2 ** 32))
const found = findEtcdForFaults()
const etcd = 'path' in found ? found.path : undefined

const stores = [{ name: 'LMDB', options: {} }, ...(etcd === undefined ? [] : [{ name: 'etcd', options: { etcd } }])]

/** The long run is `npm run test:faults`. */
for (const { name: store, options } of stores)
  describe(`${String(seconds)} seconds of kill -9 over ${store} (FAULTS_SEED=${String(seed)})`, function () {
    this.timeout(180_000)
    let trial: Trial
    before(async () => {
      trial = await runTrial({ seed, seconds, ...options })
    })

    it('break no invariant of the storage', () => {
      const { violations, figures } = trial
      expect(violations.slice(0, 5), JSON.stringify(figures)).to.deep.equal([])
      for (const name of ['kills', ...('etcd' in options ? ['etcdKills'] : [])])
        expect(figures[name], name).to.be.greaterThan(3)
      for (const name of ['acknowledged', 'refused', 'unknown', 'lists', 'watches', 'events', 'bookmarks'])
        expect(figures[name], name).to.be.greaterThan(10)
    })

    for (const { name, caughtAs, seed: put } of defects)
      it(`would have shown if ${name}`, () => {
        const history = put(trial.history, new Random(seed))
        expect(history, 'no place for it in this history').to.not.equal(undefined)
        const kinds = new Set(history ? check(history).map(({ kind }) => kind) : [])
        expect(
          caughtAs.some((kind) => kinds.has(kind)),
          [...kinds].join(', ') || 'nothing found',
        ).to.equal(true)
      })
  })
if ('reason' in found) console.log(`LEFT OUT: kill -9 of etcd: ${found.reason}`)
console.log('LEFT OUT: kill -9 of workers: it is only in `npm run test:faults -- --workers 2`')
