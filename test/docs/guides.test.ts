import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { main } from '../harness/recorded-cli.ts'
import { TemporaryProject } from '../scaffold/temporary-project.ts'

const root = join(import.meta.dirname, '..', '..')
const docs = join(root, 'docs')

/** Their commands are run and their files written, in order, into one project each. */
const walked = [
  'tutorial.md',
  'guides/kinds.md',
  'guides/versions.md',
  'guides/validation.md',
  'guides/virtual-resources.md',
  'guides/auth.md',
  'guides/controllers.md',
  'guides/testing.md',
  'guides/deploying.md',
  'migration.md',
] as const
const told = ['guides/troubleshooting.md', 'aggregate-or-crd.md'] as const

/** Flags of kubectl, etcdutl, npm, apiserver-boot, and of this repository's own scripts. */
const ofOthers = new Set(
  '--all-namespaces --bump-revision --mark-compacted --save-dev --config --module-name --skip-controller --with-status-subresource --seconds --seed --up-to'.split(
    ' ',
  ),
)

const blocksOf = (text: string): { language: string; name: string; code: string }[] =>
  [...text.matchAll(/^```(\w*) ?(\S*)\n([^]*?)^```$/gm)].map(([, language = '', name = '', code = '']) => ({
    language,
    name,
    code,
  }))

describe('docs', function () {
  this.timeout(120_000)

  for (const name of walked)
    it(`${name} can be followed`, () => {
      const project = new TemporaryProject()
      try {
        for (const block of blocksOf(readFileSync(join(docs, name), 'utf8')))
          if (block.language === 'ts') {
            expect(block.name, block.code).to.match(/^(apis|server|controller|test)\/.*\.ts$/)
            project.write(block.name, block.code)
          } else if (block.name.endsWith('.yaml')) project.write(block.name, block.code)
          else if (block.language === 'sh' && block.name === '')
            for (const line of block.code.trim().split('\n')) {
              const [, command = ''] = /^npx apiserver-kit (.+)$/.exec(line) ?? []
              expect(command, `${name}: ${line}`).to.not.equal('')
              project.ok(...command.split(' '))
            }
        project.typeCheck()
        project.test()
      } finally {
        project.remove()
      }
    })

  it('name commands and flags that there are', () => {
    const help = new Map<string, string>()
    for (const name of [...walked, ...told])
      for (const [, words = ''] of readFileSync(join(docs, name), 'utf8').matchAll(
        /(?:npx apiserver-kit|npx @apiserver-kit\/cli) ([^`\n]+)/g,
      )) {
        const command = words
          .split(' ')
          .filter((word) => /^[a-z][a-z-]*$/.test(word))
          .slice(0, /^(create|import|run) /.test(words) ? 2 : 1)
        const flags = [...words.matchAll(/(--[a-z-]+)/g)].map(([flag]) => flag.replace('--no-', '--'))
        const key = command.join(' ')
        if (!help.has(key)) {
          const run = spawnSync(process.execPath, [main, ...command, '--help'], { encoding: 'utf8' })
          expect(run.status, `${name}: ${key}\n${run.stderr}`).to.equal(0)
          help.set(key, run.stdout)
        }
        for (const flag of flags) expect(help.get(key), `${name}: ${key}`).to.match(new RegExp(`${flag}\\b`))
      }
    expect(help.size).to.be.greaterThan(8)
  })

  it('tell of flags that the servers or a command take', () => {
    const said = (cwd: string, ...args: string[]): string =>
      spawnSync(process.execPath, args, { cwd, encoding: 'utf8' }).stdout
    const commandsIn = (help: string, path: string): string[] =>
      [...help.matchAll(new RegExp(`^  apiserver-kit ${path}([a-z-]+)`, 'gm'))].map(([, name = '']) => `${path}${name}`)
    const top = commandsIn(said(root, main, '--help'), '')
    const below = ['create ', 'import ', 'run '].flatMap((path) =>
      commandsIn(said(root, main, ...path.trim().split(' '), '--help'), path),
    )
    expect(top.length + below.length).to.be.greaterThan(20)
    const known = [...top, ...below].map((command) => said(root, main, ...command.split(' '), '--help'))
    known.push(said(join(root, 'examples/quickstart'), '--import', 'tsx', 'server/main.ts', '--help'))
    const isKnown = (flag: string): boolean => {
      const name = new RegExp(`${flag.replace('--no-', '--')}(?![a-z0-9-])`)
      return known.some((help) => name.test(help))
    }
    for (const page of readdirSync(docs, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md')))
      for (const [code] of readFileSync(join(docs, page), 'utf8').matchAll(/`[^`\n]+`/g))
        for (const [flag] of code.matchAll(/--[a-z][a-z0-9-]+/g))
          expect(isKnown(flag) || ofOthers.has(flag), `${page}: ${flag}`).to.equal(true)
  })

  it('lead to files that there are', () => {
    const below = (folder: string): string[] =>
      readdirSync(join(root, folder)).map((name) => `${folder}/${name}/README.md`)
    const pages = [
      ...readdirSync(docs, { recursive: true, encoding: 'utf8' }).map((file) => `docs/${file}`),
      ...below('examples'),
      ...below('packages'),
      'README.md',
      'CONTRIBUTING.md',
    ].filter((file) => file.endsWith('.md') && existsSync(join(root, file)))
    expect(pages).to.have.length.greaterThan(25)
    for (const page of pages)
      for (const [, link = ''] of readFileSync(join(root, page), 'utf8').matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g))
        expect(existsSync(join(root, dirname(page), link)), `${page}: ${link}`).to.equal(true)
  })
})
