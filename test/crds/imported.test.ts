import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gunzipSync } from 'node:zlib'
import type { Resource } from '@apiserver-kit/framework'
import { TestServer } from '@apiserver-kit/framework/testing'
import { expect } from 'chai'
import { kubectlPath } from '../harness/kubectl.ts'
import { TemporaryProject } from '../scaffold/temporary-project.ts'
import { samples, type Sample } from './samples.ts'

const vendored = join(import.meta.dirname, 'vendored')

describe("other projects' CustomResourceDefinitions", function () {
  this.timeout(240_000)
  let project: TemporaryProject
  let server: TestServer

  before(async () => {
    project = new TemporaryProject()
    for (const file of readdirSync(vendored)) {
      const name = file.replace(/\.gz$/, '')
      project.write(name, gunzipSync(readFileSync(join(vendored, file))).toString())
      expect(project.run('import', 'crd', name).stderr).to.equal('')
    }
    const { resources } = (await import(pathToFileURL(join(project.directory, 'server/resources.ts')).href)) as {
      resources: readonly Resource[]
    }
    server = await TestServer.start({ resources })
  })
  after(async () => {
    await server.close()
    project.remove()
  })

  /** Not in one go: the server is in this process. */
  const run = async (args: string, object?: unknown, minor: 29 | 35 = 35) => {
    const child = spawn(kubectlPath(minor), ['--kubeconfig', server.kubeconfig, ...args.split(' ')])
    child.stdin.end(object === undefined ? '' : JSON.stringify(object))
    const texts = [child.stdout, child.stderr].map(async (stream) => Buffer.concat(await stream.toArray()).toString())
    const [[code], stdout = '', stderr = ''] = await Promise.all([once(child, 'exit'), ...texts])
    return { code: code as number, stdout, stderr }
  }
  const full = ({ plural, object }: Sample): string => `${plural}.${object.apiVersion.split('/')[0] ?? ''}`

  it('become code that compiles, in files that can be read', () => {
    project.typeCheck()
    const files = Object.entries(project.snapshot()).filter(([path]) => path.startsWith('apis/'))
    expect(files.length).to.be.above(samples.length)
    for (const [path, text] of files) expect(text.split('\n').length, path).to.be.below(350)
  })

  it('are ten at least', () => {
    expect(samples.length).to.be.at.least(10)
    expect(new Set(samples.map(({ file }) => file))).to.deep.equal(
      new Set(readdirSync(vendored).map((file) => file.replace('.yaml.gz', ''))),
    )
  })

  for (const sample of samples) {
    const { object, mistake } = sample
    it(`${object.kind}: its sample is taken, and comes back as it was`, async () => {
      const created = await run('create --validate=strict -o json -f -', object)
      expect(created.code, created.stderr).to.equal(0)
      const read = JSON.parse(
        (await run(`get ${full(sample)} ${object.metadata.name} -o json`)).stdout,
      ) as Sample['object']
      expect(read).to.deep.include({ kind: object.kind, apiVersion: object.apiVersion })
      for (const member of ['spec', 'status'] as const)
        if (object[member] !== undefined && hasNoStatus(sample))
          expect(contains(read[member], object[member])).to.equal(true)
    })

    if (mistake)
      it(`${object.kind}: a mistake in it is refused`, async () => {
        const refused = await run('create -f -', merged({ ...object, metadata: { name: 'wrong' } }, mistake.patch))
        expect(refused.code).to.equal(1)
        expect(refused.stderr).to.include(mistake.message)
      })

    it(`${object.kind}: it is explained`, async () => {
      for (const minor of [29, 35] as const) {
        const { code, stdout, stderr } = await run(`explain ${full(sample)} --recursive`, undefined, minor)
        expect(code, stderr).to.equal(0)
        expect(stdout).to.include(`KIND:       ${object.kind}\n`).and.to.include('metadata\t<ObjectMeta>')
        const members = Object.keys(object.spec ?? {})
        if (sample.file !== 'aws-k8s-cni' && sample.file !== 'kopfexamples.kopf.dev')
          for (const member of members) expect(stdout).to.match(new RegExp(`^    ${member}\\t`, 'm'))
      }
    })
  }
})

/** What is written with the object, rather than through its own endpoint. */
const hasNoStatus = ({ object }: Sample): boolean => object.kind !== 'KopfExample' || object.status === undefined

/** All of `part` is in `whole`. */
function contains(whole: unknown, part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return whole === part
  if (Array.isArray(part))
    return Array.isArray(whole) && whole.length === part.length && part.every((item, i) => contains(whole[i], item))
  return (
    typeof whole === 'object' &&
    whole !== null &&
    Object.entries(part).every(([key, value]) => contains((whole as Record<string, unknown>)[key], value))
  )
}

/** A merge patch. */
function merged(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const base = typeof target === 'object' && target !== null && !Array.isArray(target) ? target : {}
  const result: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(patch))
    if (value === null) Reflect.deleteProperty(result, key)
    else result[key] = merged(result[key], value)
  return result
}
