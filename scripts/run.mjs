// node scripts/run.mjs PROGRAM.ts [flags…]: runs a TypeScript program whose files have become one. It starts in half the time that a loader for every
// module takes. The file is kept under node_modules/.cache until one of its sources changes.
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const [, , program, ...flags] = process.argv
if (program === undefined) {
  console.error('error: name the program: node scripts/run.mjs server.ts')
  process.exit(1)
}
const source = resolve(program)
const folder = join(dirname(source), 'node_modules/.cache/apiserver-kit')
const output = join(folder, basename(source).replace(/\.ts$/, '.mjs'))
const sourcesFile = `${output}.sources`

function upToDate() {
  if (!existsSync(sourcesFile) || !existsSync(output)) return false
  const built = statSync(output).mtimeMs
  const sources = JSON.parse(readFileSync(sourcesFile, 'utf8'))
  return sources.every((file) => existsSync(file) && statSync(file).mtimeMs < built)
}

/** At one go: another one may be starting. */
function put(file, contents) {
  writeFileSync(`${file}.${process.pid}`, contents)
  renameSync(`${file}.${process.pid}`, file)
}

if (!upToDate()) {
  const { build } = await import('esbuild')
  const { metafile, outputFiles } = await build({
    entryPoints: [source],
    outfile: output,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'inline',
    metafile: true,
    write: false,
    logLevel: 'warning',
  })
  mkdirSync(folder, { recursive: true })
  put(output, outputFiles[0].contents)
  put(sourcesFile, JSON.stringify(Object.keys(metafile.inputs).map((file) => resolve(file))))
}
// The file that runs: a program with workers starts it again.
process.argv = [process.execPath, output, ...flags]
await import(pathToFileURL(output).href)
