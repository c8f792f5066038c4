import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { main } from '../harness/recorded-cli.ts'

const root = join(import.meta.dirname, '..', '..')

export interface CliRun {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A project that the CLI made in a folder with a space, outside of this repository, with this repository's packages. */
export class TemporaryProject {
  readonly directory: string
  readonly #folder = mkdtempSync(join(tmpdir(), 'apiserver-kit '))

  constructor(name = 'shop', ...flags: string[]) {
    this.directory = join(this.#folder, name)
    mkdirSync(this.directory)
    this.ok('init', '--domain', 'example.org', ...flags)
    symlinkSync(join(root, 'node_modules'), join(this.directory, 'node_modules'))
  }

  run(...args: string[]): CliRun {
    return runIn(this.directory, args)
  }

  /** Runs the CLI in the folder around the project. */
  outside(): (...args: string[]) => CliRun {
    return (...args) => runIn(this.#folder, args)
  }

  /** Its output. */
  ok(...args: string[]): string {
    const { code, stdout, stderr } = this.run(...args)
    expect(code, stdout + stderr).to.equal(0)
    return stdout
  }

  /** What it says of the mistake: on the command line (2), or elsewhere (1). */
  refused(...args: string[]): string {
    const { code, stdout, stderr } = this.run(...args)
    expect(code, stdout + stderr).to.be.oneOf([1, 2])
    expect(stderr).to.not.match(/^\s+at /m)
    return stderr
  }

  /** What happens when somebody types `keys`, with spaces between them, on a terminal, which util-linux's script(1) pretends to be. */
  onTerminal(keys: string, ...args: string[]): CliRun {
    const command = [process.execPath, main, ...args].map((word) => `'${word}'`).join(' ')
    // Each key when the question is likely to be there: what comes before is for nobody.
    const typed = keys
      .split(' ')
      .map((key) => `sleep 2; printf '${key}'`)
      .join('; ')
    const { status, stdout, stderr } = spawnSync(
      'sh',
      ['-c', `(${typed}; sleep 1) | script -qec "${command}" /dev/null`],
      {
        cwd: this.directory,
        encoding: 'utf8',
        env: Object.fromEntries(Object.entries({ ...process.env, NO_COLOR: '1' }).filter(([name]) => name !== 'CI')),
      },
    )
    return { code: status, stdout, stderr }
  }

  typeCheck(): void {
    this.#program(join(root, 'node_modules/typescript/bin/tsc'))
  }

  /** Runs the project's own tests. */
  test(): void {
    this.#program(join(root, 'node_modules/mocha/bin/mocha.js'))
  }

  read(path: string): string {
    return readFileSync(join(this.directory, path), 'utf8')
  }

  has(path: string): boolean {
    return existsSync(join(this.directory, path))
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.directory, path)), { recursive: true })
    writeFileSync(join(this.directory, path), text)
  }

  /** Every file with its text. */
  snapshot(): Record<string, string> {
    const entries = readdirSync(this.directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.directory.length + 1))
    return Object.fromEntries(entries.map((path) => [path, this.read(path)]))
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #program(program: string): void {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program], { cwd: this.directory, encoding: 'utf8' })
    expect(status, stdout + stderr).to.equal(0)
  }
}

function runIn(directory: string, args: readonly string[]): CliRun {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    cwd: directory,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  })
  return { code: status, stdout, stderr }
}
