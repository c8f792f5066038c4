import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { summary, type Measured, type Result } from './report.ts'
import type { Row } from './rows.ts'
import type { Stack } from './stack.ts'

/** The load client of a machine without Go. */
export const plainLoad = [process.execPath, '--import', 'tsx', join(import.meta.dirname, 'plain-load.ts')]

/** One turn of one server. */
export async function turn(load: readonly string[], stack: Stack, row: Row, seconds: string): Promise<Result> {
  const { cert, key, ca } = stack.credentials
  const flags = ['run', '-url', stack.url, '-cert', cert, '-key', key, '-ca', ca, '-seconds', seconds]
  const all = [...flags, '-pids', stack.pids.join(','), ...row.flags]
  const [program = '', ...first] = load
  // Node's own reader of flags wants two dashes.
  const given = load.length === 1 ? all : all.map((one) => one.replace(/^-(?=[a-z])/, '--'))
  const child = spawn(program, [...first, ...given], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve))
  if (status !== 0) throw new Error(`the load client failed at ${row.name} of ${stack.name}`)
  return JSON.parse(text) as Result
}

/** As many turns of each server, one after the other. */
export async function inTurns(
  load: readonly string[],
  stacks: readonly Stack[],
  row: Row,
  { turns, seconds }: { readonly turns: string; readonly seconds: string },
): Promise<Measured[]> {
  const results = new Map<Stack, Result[]>(stacks.map((stack) => [stack, []]))
  for (let n = 0; n < Number(turns); n++)
    for (const [stack, each] of results) each.push(await turn(load, stack, row, seconds))
  return [...results].map(([stack, each]) => summary(row.name, stack.name, each))
}
