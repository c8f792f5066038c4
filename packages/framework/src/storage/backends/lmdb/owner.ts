import { randomUUID } from 'node:crypto'
import { readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { utimes } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { ownerKey, type Tables } from './tables.ts'

const heartbeatMilliseconds = 2000
/** For an owner that is just ending. */
const patienceMilliseconds = 1000
/** An owner whose process cannot be looked at is taken for dead when its file has stood still for so long. */
const foreignPatienceMilliseconds = 7000
const pollMilliseconds = 100

interface OwnerRecord {
  readonly token: string
  readonly pid: number
  /** When the process began, in the kernel's words, so that a pid that is used again is noticed. */
  readonly began: string
  /** Where `pid` means something: boot and pid namespace. */
  readonly scope: string
  readonly host: string
  readonly since: string
}

/** Another process, or another backend of this one, has the folder open. */
export class DataFolderInUseError extends Error {
  override readonly name = 'DataFolderInUseError'
  readonly code = 'ERR_DATA_FOLDER_IN_USE'
}

/**
 * One process may have a data folder open, and those it shares it with: expiry and compaction live in it. owner.json says which.
 * A token in the data itself fences: whoever has lost the folder can write no more.
 */
export class Owner {
  readonly token: string
  readonly #path: string
  readonly #file: string
  #judged: OwnerRecord | undefined
  #timer: NodeJS.Timeout | undefined

  /** `token`: of the processes that share the folder. */
  constructor(path: string, token: string = randomUUID()) {
    this.token = token
    this.#path = path
    this.#file = join(path, 'owner.json')
  }

  /** Throws DataFolderInUseError. Waits for an owner that is just ending, and where only time can tell. To be called before the data is opened. */
  async await(): Promise<void> {
    const found = (this.#judged = this.#read())
    if (!found) return
    const foreign = found.scope !== scope()
    const seen = this.#touched()
    const patience = performance.now() + (foreign ? foreignPatienceMilliseconds : patienceMilliseconds)
    do {
      if (this.#isDead(found)) return
      await setTimeout(pollMilliseconds)
      this.#judged = this.#read()
      if (!this.#judged) return
      if (this.#judged.token !== found.token || (foreign && this.#touched() !== seen)) throw this.#inUse(this.#judged)
    } while (performance.now() < patience)
    if (!foreign) throw this.#inUse(found)
  }

  /** Takes the folder. LMDB's one write transaction decides between processes that do it at the same time. */
  claim({ root, meta }: Tables): void {
    root.transactionSync(() => {
      const found = this.#read()
      if (found && found.token !== this.#judged?.token) throw this.#inUse(found)
      const record: OwnerRecord = {
        token: this.token,
        pid: process.pid,
        began: processStart(process.pid) ?? '',
        scope: scope(),
        host: hostname(),
        since: new Date().toISOString(),
      }
      writeFileSync(this.#file, `${JSON.stringify(record)}\n`)
      void meta.put(ownerKey, Buffer.from(this.token))
    })
    this.#timer = setInterval(() => {
      const now = new Date()
      // When it fails, the token in the data still fences
      utimes(this.#file, now, now).catch(() => undefined)
    }, heartbeatMilliseconds)
    this.#timer.unref()
  }

  /** To be asked inside a transaction. */
  holds({ meta }: Tables): boolean {
    return meta.getBinary(ownerKey)?.toString() === this.token
  }

  release(): void {
    clearInterval(this.#timer)
    if (this.#read()?.token === this.token) rmSync(this.#file, { force: true })
  }

  #read(): OwnerRecord | undefined {
    try {
      const record: unknown = JSON.parse(readFileSync(this.#file, 'utf8'))
      return isRecord(record) ? record : undefined
    } catch {
      // Absent, or half written by a process that ended just then
      return undefined
    }
  }

  #touched(): number {
    return statSync(this.#file, { throwIfNoEntry: false })?.mtimeMs ?? 0
  }

  #isDead({ scope: place, pid, began }: OwnerRecord): boolean {
    return place === scope() && (!isRunning(pid) || (processStart(pid) ?? began) !== began)
  }

  #inUse({ pid, host, since }: OwnerRecord): DataFolderInUseError {
    const who = pid === process.pid && host === hostname() ? 'this process' : `process ${String(pid)} on ${host}`
    return new DataFolderInUseError(
      `the data folder ${this.#path} is in use by ${who} since ${since}: stop that one first, or give this server a ` +
        'folder of its own; several replicas of a server need the etcd backend instead',
    )
  }
}

function isRecord(value: unknown): value is OwnerRecord {
  return typeof value === 'object' && value !== null && 'token' in value && 'pid' in value && 'scope' in value
}

/** Where process ids can be compared: the same boot of the same machine, and the same container. */
function scope(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    // Not Linux: there are no containers that share a folder
    return hostname()
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Undefined where the system does not tell. Field 22 of /proc/pid/stat, counted behind the name in parentheses. */
function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A process that has ended and is not collected yet ("zombie")
    return fields[0] === 'Z' ? 'ended' : fields[19]
  } catch {
    return undefined
  }
}
