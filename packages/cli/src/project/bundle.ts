import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { SourceFile } from '../scaffold/changes.ts'
import { UserError } from '../user-error.ts'

export type Target = 'server' | 'controller'

/** Packages with compiled parts, which stay files of their own. */
const native = ['lmdb', 'esbuild']

/** One file of JavaScript for each target, with all packages in it but those with compiled parts. */
export async function bundles(
  directory: string,
  targets: readonly Target[],
  options: { readonly outdir: string; readonly minify: boolean },
): Promise<SourceFile[]> {
  const { build } = await import('esbuild')
  const entries = targets.filter((target) => existsSync(join(directory, target, 'main.ts')))
  if (!entries.length)
    throw new UserError(`${targets.map((target) => `${target}/main.ts`).join(', ')} is missing: nothing to build`)
  const { outputFiles } = await build({
    absWorkingDir: directory,
    entryPoints: entries.map((target) => ({ in: `${target}/main.ts`, out: target })),
    outdir: options.outdir,
    bundle: true,
    write: false,
    minify: options.minify,
    keepNames: options.minify,
    sourcemap: 'linked',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    outExtension: { '.js': '.mjs' },
    external: native,
    logLevel: 'silent',
    // For packages that speak CommonJS.
    banner: {
      js: "import { createRequire as createRequireForBundle } from 'node:module'; const require = createRequireForBundle(import.meta.url);",
    },
  }).catch((error: unknown) => {
    throw new UserError(`the project does not compile:\n${error instanceof Error ? error.message : String(error)}`)
  })
  return outputFiles.map(({ path, text }) => ({
    path: path.slice(directory.length + 1).replaceAll('\\', '/'),
    text,
    bulky: true,
  }))
}
