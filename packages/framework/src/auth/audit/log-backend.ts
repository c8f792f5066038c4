import {
  closeSync,
  createReadStream,
  createWriteStream,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { JsonObject } from '../../util/json.ts'
import { eventText, legacyText, type AuditBackend } from './backend.ts'

export interface LogBackendOptions {
  /** `-` is standard output. */
  readonly path: string
  /** A full file is put aside before it grows beyond this. Default 100. */
  readonly maxSizeMegabytes?: number
  /** How many files put aside are kept; 0: all. Default 100. */
  readonly maxBackups?: number
  /** How long files put aside are kept; 0: for ever. Default 366. */
  readonly maxAgeDays?: number
  /** Lines of text instead of JSON. */
  readonly legacy?: boolean
  /** Files put aside are compressed, with `.gz` after their names. */
  readonly compress?: boolean
  /** A file put aside could not be compressed: it stays as it is, and is tried again with the next. */
  readonly onError?: (error: unknown) => void
  /** Other processes write to the same file, and may put it aside. */
  readonly shared?: boolean
}

const gz = '.gz'
const megabyte = 1024 * 1024
const dayMs = 24 * 60 * 60 * 1000

/**
 * Events as lines of JSON in a file that is put aside when it is full, under its name with the time in it. A line is with the operating system when
 * `process` returns. Source: plugin/pkg/audit/log.
 */
export class LogBackend implements AuditBackend {
  readonly name = 'log'
  readonly #path: string
  readonly #text: (event: JsonObject) => string
  readonly #maxBytes: number
  readonly #maxBackups: number
  readonly #maxAgeMs: number
  readonly #shared: boolean
  #file: number | undefined
  #size = 0
  readonly #compress: boolean
  readonly #onError: ((error: unknown) => void) | undefined
  #compressing: Promise<void> | undefined

  /** Opens the file; throws when it cannot. */
  constructor({ path, maxSizeMegabytes = 100, maxBackups = 100, maxAgeDays = 366, ...others }: LogBackendOptions) {
    const { legacy = false, compress = false, onError, shared = false } = others
    this.#path = path
    this.#shared = shared
    this.#compress = compress
    this.#onError = onError
    this.#text = legacy ? legacyText : eventText
    this.#maxBytes = maxSizeMegabytes * megabyte
    this.#maxBackups = maxBackups
    this.#maxAgeMs = maxAgeDays * dayMs
    if (path !== '-') this.#open()
  }

  process(event: JsonObject): void {
    const line = Buffer.from(`${this.#text(event)}\n`)
    if (this.#path === '-') {
      writeSync(1, line)
      return
    }
    if (this.#shared) this.#follow()
    if (this.#size > 0 && this.#maxBytes > 0 && this.#size + line.length > this.#maxBytes) this.#rotate()
    const file = this.#file ?? this.#open()
    for (let written = 0; written < line.length;) written += writeSync(file, line, written)
    this.#size += line.length
  }

  async close(): Promise<void> {
    this.#closeFile()
    await this.#compressing
  }

  #closeFile(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  #open(): number {
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 })
    const file = openSync(this.#path, 'a', 0o600)
    this.#file = file
    this.#size = statSync(this.#path).size
    return file
  }

  /** How large the file is by what others wrote; or the new one that they have put in its place. */
  #follow(): void {
    const there = statSync(this.#path, { throwIfNoEntry: false })
    const mine = this.#file === undefined ? undefined : fstatSync(this.#file)
    this.#size = mine?.size ?? 0
    if (!mine || there?.ino === mine.ino) return
    this.#closeFile()
    this.#open()
  }

  #rotate(): void {
    this.#closeFile()
    renameSync(this.#path, this.#asideName())
    this.#open()
    this.#forget()
    if (this.#compress)
      this.#compressing ??= this.#compressAll()
        .catch((error: unknown) => this.#onError?.(error))
        .finally(() => (this.#compressing = undefined))
  }

  /** `audit-2026-01-02T03-04-05.678.log`, as Go's rotation has it; a number more where that is taken. */
  #asideName(): string {
    const [stem, end] = this.#nameParts()
    const time = new Date().toISOString().slice(0, -1).replaceAll(':', '-')
    const taken = new Set(readdirSync(dirname(this.#path)))
    let name = `${stem}${time}${end}`
    for (let n = 1; taken.has(name); n++) name = `${stem}${time}-${String(n)}${end}`
    return join(dirname(this.#path), name)
  }

  #nameParts(): readonly [string, string] {
    const end = extname(this.#path)
    return [`${basename(this.#path, end)}-`, end]
  }

  /** Files put aside, the newest first. */
  #aside(): readonly string[] {
    const [stem, end] = this.#nameParts()
    return readdirSync(dirname(this.#path))
      .filter(
        (name) =>
          name.startsWith(stem) &&
          (name.endsWith(end) || name.endsWith(`${end}${gz}`)) &&
          /^\d{4}-\d\d-\d\dT/.test(name.slice(stem.length)),
      )
      .sort()
      .reverse()
  }

  #forget(): void {
    const folder = dirname(this.#path)
    for (const [i, name] of this.#aside().entries()) {
      const old = this.#maxAgeMs > 0 && Date.now() - statSync(join(folder, name)).mtimeMs > this.#maxAgeMs
      if (old || (this.#maxBackups > 0 && i >= this.#maxBackups)) rmSync(join(folder, name), { force: true })
    }
  }

  /** Beside the requests; what is half done when the process ends is done again. */
  async #compressAll(): Promise<void> {
    const folder = dirname(this.#path)
    for (let next = this.#plain(); next !== undefined; next = this.#plain()) {
      const file = join(folder, next)
      const half = join(folder, `.${next}${gz}`)
      await pipeline(createReadStream(file), createGzip(), createWriteStream(half, { mode: 0o600 }))
      renameSync(half, `${file}${gz}`)
      rmSync(file, { force: true })
    }
  }

  #plain(): string | undefined {
    return this.#aside().find((name) => !name.endsWith(gz))
  }
}
