// node scripts/run.mjs PROGRAM.ts [flags…]: runs a TypeScript program that has become few files, with all packages in them but those with compiled parts,
// much as `apiserver-kit build` makes it: most of a start is opening modules. The files are kept under node_modules/.cache until one of the sources, or
// what npm has installed, changes.
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
/** Written anew by npm with every change of the packages. */
const installed = join(import.meta.dirname, '../node_modules/.package-lock.json')

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
    outdir: folder,
    entryNames: '[name]',
    chunkNames: 'chunks/[name]-[hash]',
    outExtension: { '.js': '.mjs' },
    splitting: true,
    bundle: true,
    external: ['lmdb', 'esbuild'],
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // For packages that speak CommonJS.
    banner: {
      js: "import { createRequire as createRequireForBundle } from 'node:module'; const require = createRequireForBundle(import.meta.url);",
    },
    sourcemap: 'linked',
    metafile: true,
    write: false,
    logLevel: 'warning',
  })
  mkdirSync(join(folder, 'chunks'), { recursive: true })
  // The program last, as it needs the others.
  for (const { path, contents } of outputFiles.reverse()) put(path, contents)
  const sources = Object.keys(metafile.inputs).filter((file) => !file.includes('node_modules/'))
  put(sourcesFile, JSON.stringify([...sources.map((file) => resolve(file)), installed]))
}
// The file that runs: a program with workers starts it again.
process.argv = [process.execPath, output, ...flags]
await import(pathToFileURL(output).href)
