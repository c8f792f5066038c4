// Compiles the packages; `dist/.built` says when, so that nobody builds twice.
import { spawnSync } from 'node:child_process'
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..')
const packages = ['framework', 'cli'].map((name) => join(root, 'packages', name))
/** Dependencies whose many small files cost more than what they do; the others stay apart, so that they can be updated alone. */
const inlined = ['@sinclair/typebox', 'cborg', 'prom-client']
const started = new Date()
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
const { status } = spawnSync(process.execPath, [tsc, '-b', ...packages], { cwd: root, stdio: 'inherit' })
if (status !== 0) process.exit(status ?? 1)
await bundle(packages[0])
writeFileSync(join(packages[0], 'dist/third-party-licenses.txt'), inlined.map(licenseOf).join('\n'))
for (const folder of packages) writeFileSync(join(folder, 'dist/.built'), `${started.toISOString()}\n`)
chmodSync(join(root, 'packages/cli/dist/main.js'), 0o755)

/**
 * One file for each entry point and what several of them share, in place of hundreds: a server that starts spends most of its time on opening modules.
 * What is imported when it is first needed stays apart. tsc has checked the types and written the declarations.
 */
async function bundle(folder) {
  const { dependencies, peerDependencies, exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const entries = Object.values(exports)
  rmSync(join(folder, 'dist/chunks'), { recursive: true, force: true })
  await build({
    entryPoints: entries.map((entry) => join(folder, entry.default.replace('./dist/', 'src/').replace(/js$/, 'ts'))),
    outdir: join(folder, 'dist'),
    outbase: join(folder, 'src'),
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: Object.keys({ ...dependencies, ...peerDependencies }).filter((name) => !inlined.includes(name)),
    // For what is inlined and speaks CommonJS.
    banner: {
      js: "import { createRequire as createRequireOf } from 'node:module'; const require = createRequireOf(import.meta.url);",
    },
    sourcemap: true,
    logLevel: 'warning',
  })
}

/** What is inlined is published under its own terms, which go with it. */
function licenseOf(name) {
  const folder = join(root, 'node_modules', name)
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
  if (file === undefined) throw new Error(`${name} has no licence to go with it`)
  return `${name}\n\n${readFileSync(join(folder, file), 'utf8')}`
}
