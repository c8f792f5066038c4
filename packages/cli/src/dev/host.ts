import { register } from 'node:module'
import { pathToFileURL } from 'node:url'
import { generation } from './fresh-modules.ts'

/** What this process tells the one that started it, after it was told to load the program again. */
export type Reload = { readonly outcome: 'reloaded' | 'restart' } | { readonly outcome: 'failed'; readonly why: string }

// Runs a program of the project in this folder, and again in the same process whenever a message comes: its servers take over from the former ones.
const [node = '', , script = '', ...flags] = process.argv
process.argv = [node, script, ...flags]
// The framework's runApiServer keeps its servers here, and lets new ones take their places.
Object.assign(globalThis, { [Symbol.for('@apiserver-kit/framework/running')]: new Map() })
register('./fresh-modules.js', import.meta.url, { data: { directory: pathToFileURL(`${process.cwd()}/`).href } })

let loads = 0
const load = async (): Promise<unknown> => import(`${pathToFileURL(script).href}?${generation}=${String(++loads)}`)

async function reload(): Promise<Reload> {
  try {
    await load()
    return { outcome: 'reloaded' }
  } catch (error) {
    const { name, code } = error as { name?: string; code?: string }
    if (name === 'StoresDifferError' || code === 'EADDRINUSE') return { outcome: 'restart' }
    return { outcome: 'failed', why: said(error) }
  }
}

/** Where it went wrong is in the first lines, or in the stack. */
function said(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const text = error.name === 'TransformError' ? error.message : (error.stack ?? error.message)
  return text.replaceAll(new RegExp(`\\?${generation}=\\d+`, 'g'), '')
}

let change: Promise<void> = Promise.resolve()
process.on('message', () => {
  change = change.then(async () => {
    const reply = await reload()
    process.send?.(reply)
  })
})
// It is no reason to go on where the program has ended.
process.channel?.unref()
try {
  await load()
} catch (error) {
  process.stderr.write(`${said(error)}\n`)
  process.exit(1)
}
