import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type { Readable } from 'node:stream'
import { UserError } from '../user-error.ts'

/**
 * Runs a module of JavaScript as if it stood in the project's folder, with the project's own packages and TypeScript. It has `input`, and answers
 * by `answer(value)`. Throws a UserError with what it said when it fails.
 */
export async function runInProject(
  directory: string,
  source: string,
  input: unknown = {},
  failure = 'server/resources.ts could not be read',
): Promise<unknown> {
  const program = `import { writeFileSync } from 'node:fs'
const input = JSON.parse(process.env.APISERVER_KIT_INPUT)
const answer = (value) => { writeFileSync(3, JSON.stringify(value)); process.exit(0) }
${source}`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program], {
    cwd: directory,
    env: { ...process.env, APISERVER_KIT_INPUT: JSON.stringify(input) },
    // What the project's modules print at import does not belong to the answer.
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  const streams = child.stdio.slice(1) as Readable[]
  const read = Promise.all(streams.map((stream) => text(stream)))
  const [code] = (await once(child, 'close')) as [number | null]
  const [out = '', err = '', reply = ''] = await read
  if (code === 0 && reply !== '') return JSON.parse(reply) as unknown
  const said = `${err}${out}`.trim()
  if (/Cannot find (package|module) '(tsx|@apiserver-kit\/framework)/.test(said))
    throw new UserError('the packages of the project are not installed: run `npm install` first')
  throw new UserError(`${failure}:\n${said}`)
}
