import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect } from 'chai'
import { ExampleServer } from '../harness/example-server.ts'
import { kubectl, kubectlPath, type KubectlResult } from '../harness/kubectl.ts'

const manifest = (name: string, reference: string): string => `
apiVersion: wardle.example.com/v1beta1
kind: Flunder
metadata:
  name: ${name}
spec:
  referenceType: Flunder
  flunderReference: ${reference}
`

for (const minor of [29, 35] as const)
  describe(`kubectl 1.${String(minor)}`, function () {
    this.timeout(120_000)
    let server: ExampleServer
    before(async () => {
      kubectlPath(minor)
      server = await ExampleServer.start('sample-apiserver')
    })
    after(() => server.stop())

    const run = (args: string, input?: string): KubectlResult =>
      kubectl(server.kubeconfig, args.split(' '), { minor, input })
    const ok = (args: string, input?: string): string => {
      const { code, stdout, stderr } = run(args, input)
      expect(code, `kubectl ${args}\n${stdout}${stderr}`).to.equal(0)
      expect(stderr, `kubectl ${args}`).to.equal('')
      return stdout
    }

    it('lists the resources without a discovery error', () => {
      const resources = ok('api-resources')
      for (const name of ['flunders', 'fischers', 'namespaces', 'events', 'leases']) expect(resources).to.include(name)
    })

    it('explains the spec', () => {
      const text = ok('explain flunder.spec')
      expect(text).to.include('KIND:       Flunder')
      expect(text).to.include('flunderReference')
    })

    it('applies from the client side, and again without a change', () => {
      expect(ok('apply -f -', manifest('one', 'two'))).to.equal('flunder.wardle.example.com/one created\n')
      expect(ok('apply -f -', manifest('one', 'two'))).to.equal('flunder.wardle.example.com/one unchanged\n')
      expect(ok('apply -f -', manifest('one', 'three'))).to.equal('flunder.wardle.example.com/one configured\n')
      expect(ok('get flunder one -o jsonpath={.spec.flunderReference}')).to.equal('three')
    })

    it('refuses an unknown field as a cluster does', () => {
      const { code, stderr } = run('create -f -', `${manifest('bad', 'x')}  color: red\n`)
      expect(code).to.equal(1)
      expect(stderr).to.include('unknown field "spec.color"')
    })

    it('gets tables, wide ones, yaml and names', () => {
      expect(ok('get flunders')).to.match(/^NAME +CREATED AT\none +\d{4}-/)
      expect(ok('get flunders -o wide')).to.match(/^NAME +CREATED AT\n/)
      expect(ok('get flunders -o name')).to.equal('flunder.wardle.example.com/one\n')
      expect(ok('get flunder one -o yaml')).to.include('flunderReference: three')
      expect(ok('get namespaces')).to.match(/^NAME +STATUS +AGE\ndefault +Active/)
    })

    it('patches, labels and annotates', () => {
      ok('patch flunder one --type=merge -p {"spec":{"flunderReference":"four"}}')
      ok('patch flunder one --type=json -p [{"op":"replace","path":"/spec/flunderReference","value":"five"}]')
      expect(ok('get flunder one -o jsonpath={.spec.flunderReference}')).to.equal('five')
      expect(ok('label flunder one color=blue')).to.equal('flunder.wardle.example.com/one labeled\n')
      expect(ok('get flunders -l color=blue -o name')).to.equal('flunder.wardle.example.com/one\n')
      expect(ok('get flunders -l color=red -o name')).to.equal('')
    })

    it('watches', async () => {
      const watch = spawn(kubectlPath(minor), [
        '--kubeconfig',
        server.kubeconfig,
        'get',
        'flunders',
        '-w',
        '-o',
        'name',
      ])
      let seen = ''
      watch.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()))
      const until = async (text: string): Promise<void> => {
        for (let i = 0; i < 200 && !seen.includes(text); i++) await new Promise((resolve) => setTimeout(resolve, 50))
        expect(seen).to.include(text)
      }
      await until('flunder.wardle.example.com/one')
      ok('create -f -', manifest('watched', 'one'))
      await until('flunder.wardle.example.com/watched')
      const exit = once(watch, 'exit')
      watch.kill()
      await exit
    })

    it('makes a namespace, fills it, and deletes it with what is in it', () => {
      ok('create namespace other')
      ok('create -n other -f -', manifest('inside', 'one'))
      const { stderr } = run('create -n missing -f -', manifest('inside', 'one'))
      expect(stderr).to.include('namespaces "missing" not found')
      expect(ok('delete namespace other')).to.match(/^namespace "other" deleted/)
      expect(run('get namespace other').stderr).to.include('namespaces "other" not found')
      expect(ok('get flunders -A -o name')).to.not.include('inside')
    })

    it('deletes', () => {
      expect(ok('delete flunder one')).to.match(/^flunder.wardle.example.com "one" deleted/)
      const { code, stderr } = run('get flunder one')
      expect(code).to.equal(1)
      expect(stderr).to.equal('Error from server (NotFound): flunders.wardle.example.com "one" not found\n')
    })
  })
