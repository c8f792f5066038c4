import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { UserError } from '../user-error.ts'
import { copyrightFile, copyrightHeader } from './copyright-header.ts'
import { insertLines } from './insert-lines.ts'
import { unifiedDiff } from './unified-diff.ts'

export interface SourceFile {
  /** Relative to the project, with slashes. */
  readonly path: string
  readonly text: string
  /** For nobody else's eyes. */
  readonly secret?: boolean
  /** Too long to be shown. */
  readonly bulky?: boolean
}

export interface Change extends SourceFile {
  readonly action: 'create' | 'update' | 'delete' | 'unchanged'
  /** As `diff -u` shows it. */
  readonly diff: string
}

/** What a command is going to write: all of it, or nothing. */
export class Changes {
  readonly directory: string
  readonly #files = new Map<string, SourceFile>()
  readonly #removed = new Set<string>()

  constructor(directory: string) {
    this.directory = directory
  }

  /** A file's text as it stands or is going to be; undefined when there is none. */
  read(path: string): string | undefined {
    return this.#files.get(path)?.text ?? this.#onDisk(path)
  }

  /** Adds files that must not be there yet, but with the same text. Throws a UserError that names the others, and may say more. */
  create(files: readonly SourceFile[], advice = ''): void {
    const inTheWay = this.withHeaders(files).filter(({ path, text }) => (this.read(path) ?? text) !== text)
    if (inTheWay.length)
      throw new UserError(
        `${inTheWay.map(({ path }) => path).join(', ')} is there already: nothing was changed${advice}`,
      )
    this.replace(files)
  }

  /** Writes over what is there. */
  replace(files: readonly SourceFile[]): void {
    for (const file of this.withHeaders(files)) this.#files.set(file.path, file)
  }

  /** Sources as they are written where the project has a copyright header; those that stand there without one stay so. */
  withHeaders(files: readonly SourceFile[]): readonly SourceFile[] {
    const header = copyrightHeader(files.find(({ path }) => path === copyrightFile)?.text ?? this.read(copyrightFile))
    if (header === '') return files
    return files.map((file) => {
      if (!file.path.endsWith('.ts') || file.text.startsWith(header)) return file
      const old = this.#onDisk(file.path) ?? header
      return old.startsWith(header) ? { ...file, text: header + file.text } : file
    })
  }

  /** Puts each text before its marker's line. Throws a UserError that says what to add by hand when that is not possible. */
  insert(path: string, lines: Readonly<Record<string, string>>): void {
    const text = this.read(path)
    if (text === undefined)
      throw new UserError(`${path} is missing: write it anew, or add by hand:\n${Object.values(lines).join('\n')}`)
    this.replace([{ path, text: insertLines(text, path, lines) }])
  }

  /** Takes files away. */
  remove(paths: readonly string[]): void {
    for (const path of paths) this.#removed.add(path)
  }

  /** The files in a folder as it stands, and, when that is asked for, in the folders below. */
  filesIn(folder: string, recursive = false): string[] {
    const directory = join(this.directory, folder)
    if (!existsSync(directory)) return []
    return readdirSync(directory, { withFileTypes: true, recursive })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => relative(this.directory, join(parentPath, name)).replaceAll('\\', '/'))
  }

  /** By path. */
  get list(): readonly Change[] {
    const written = [...this.#files.values()].map((file): Change => {
      const old = this.#onDisk(file.path)
      const action = old === undefined ? 'create' : old === file.text ? 'unchanged' : 'update'
      return { ...file, action, diff: file.secret || file.bulky ? '' : unifiedDiff(file.path, old, file.text) }
    })
    const removed = [...this.#removed].map((path): Change => {
      const diff = unifiedDiff(path, this.#onDisk(path) ?? '', '').replace(`+++ b/${path}`, '+++ /dev/null')
      return { path, text: '', action: 'delete', diff }
    })
    return [...written, ...removed].sort((a, b) => (a.path < b.path ? -1 : 1))
  }

  /** Makes it so. */
  write(): void {
    for (const { path, text, secret, action } of this.list) {
      if (action === 'unchanged') continue
      if (action === 'delete') {
        rmSync(join(this.directory, path), { force: true })
        continue
      }
      mkdirSync(dirname(join(this.directory, path)), { recursive: true })
      writeFileSync(join(this.directory, path), text, secret ? { mode: 0o600 } : {})
    }
  }

  #onDisk(path: string): string | undefined {
    const file = join(this.directory, path)
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined
  }
}
