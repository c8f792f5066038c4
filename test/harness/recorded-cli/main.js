// apiserver-kit, which also tells the tests that run it with what it was run, and how that ended.
import { appendFileSync } from 'node:fs'

const { APISERVER_KIT_RUNS: file } = process.env
if (file !== undefined)
  process.on('exit', (code) => {
    appendFileSync(file, `${JSON.stringify({ words: process.argv.slice(2), code })}\n`)
  })
await import('../../../packages/cli/dist/main.js')
