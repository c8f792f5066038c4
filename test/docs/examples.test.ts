import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { ExampleServer } from '../harness/example-server.ts'
import { kubectl } from '../harness/kubectl.ts'

const examples = join(import.meta.dirname, '..', '..', 'examples')
const names = readdirSync(examples).filter((name) => existsSync(join(examples, name, 'package.json')))

describe('examples', function () {
  this.timeout(60_000)

  for (const name of names) {
    const page = readFileSync(join(examples, name, 'README.md'), 'utf8')
    const commands = [...page.matchAll(/^```sh\n([^]*?)^```$/gm)]
      .flatMap(([, block = '']) => block.trim().split('\n'))
      .flatMap((line) => /^kubectl --kubeconfig data\/kubeconfig (.+)$/.exec(line)?.[1] ?? [])

    it(`${name} says what it shows and what to type`, () => {
      expect(page).to.include('npm start').and.to.include('npm test')
      // The first is as the CLI writes it.
      if (name !== 'quickstart') expect(commands).to.have.length.greaterThan(2)
    })

    if (commands.length)
      it(`${name} does what its page says`, async () => {
        const program = existsSync(join(examples, name, 'server.ts')) ? 'server.ts' : 'server/main.ts'
        const server = await ExampleServer.start(name, { program })
        try {
          for (const command of commands) {
            const words = command
              .split(' ')
              .map((word) => (word === 'objects.yaml' ? join(examples, name, word) : word))
            const { code, stdout, stderr } = kubectl(server.kubeconfig, words)
            expect(code, `${command}\n${stderr}`).to.equal(0)
            expect(stdout, `${command}\n${stderr}`).to.not.equal('')
          }
        } finally {
          await server.stop()
        }
      })
  }
})
