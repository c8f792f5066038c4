import type { CommandModule } from 'yargs'
import { declaredKinds } from '../project/declared-kinds.ts'
import { findProject } from '../project/project.ts'
import { Changes, type SourceFile } from '../scaffold/changes.ts'
import { capital, check } from '../scaffold/kind-place.ts'
import { kebabCase } from '../scaffold/names.ts'
import { carryOut, withWritingOptions, type WritingArguments } from '../scaffold/writing.ts'
import { UserError } from '../user-error.ts'

interface Arguments extends WritingArguments {
  output: string
  name?: string
}

export const client: CommandModule<object, Arguments> = {
  command: 'client',
  describe: 'Writes a package to publish, with the kinds and their types, for whoever uses the API from TypeScript',
  builder: (yargs) =>
    withWritingOptions(yargs)
      .option('output', { type: 'string', default: 'client', describe: 'folder of the project' })
      .option('name', { type: 'string', describe: "of the package; default: the project's and -client" }),
  handler: async (argv) => {
    const project = findProject(process.cwd())
    const name = argv.name ?? `${project.name}-client`
    check({
      name: /^(@[a-z0-9-~][a-z0-9-._~]*\/)?[a-z0-9-~][a-z0-9-._~]*$/.test(name)
        ? undefined
        : 'must be a name that npm takes',
    })
    const changes = new Changes(project.directory)
    const kinds = await exportsOf(changes, project.directory)
    const framework = /"@apiserver-kit\/framework": "([^"]+)"/.exec(changes.read('package.json') ?? '')?.[1] ?? '*'
    changes.replace(clientFiles(argv.output, { name, version: project.version, framework }, kinds))
    carryOut(changes, argv, [`npx tsc -p ${argv.output}`, `npm publish ./${argv.output}`])
  },
}

interface Exported {
  readonly kind: string
  readonly as: string
  readonly path: string
}

/** Every kind that is served; in its preferred version by its name, in others by that and the version. */
async function exportsOf(changes: Changes, directory: string): Promise<Exported[]> {
  const seen = new Set<string>()
  const kinds = await declaredKinds(directory)
  const found = kinds.flatMap(({ kind, version, group }): Exported[] => {
    const path = `apis/${group.split('.')[0] ?? group}/${version}/${kebabCase(kind)}.ts`
    if (changes.read(path) === undefined) return []
    const as = seen.has(kind) ? `${kind}${capital(version)}` : kind
    seen.add(kind)
    return [{ kind, as, path }]
  })
  if (!found.length)
    throw new UserError(
      'no kind is declared below apis/: add one with `apiserver-kit create resource --group demo --version v1alpha1 --kind Widget`',
    )
  return found
}

function clientFiles(
  output: string,
  { name, version, framework }: { readonly name: string; readonly version: string; readonly framework: string },
  kinds: readonly Exported[],
): SourceFile[] {
  const up = '../'.repeat(output.split('/').length)
  const folder = output.split('/').at(-1) ?? output
  const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`
  const [first] = kinds
  return [
    {
      path: `${output}/index.ts`,
      text: `export { Client, KubeConfig } from '@apiserver-kit/framework/client'\n${kinds
        .map(({ kind, as, path }) => `export { ${kind}${as === kind ? '' : ` as ${as}`} } from '${up}${path}'\n`)
        .join('')}`,
    },
    {
      path: `${output}/package.json`,
      text: json({
        name,
        version,
        type: 'module',
        engines: { node: '>=20.19.0' },
        exports: { types: `./dist/${folder}/index.d.ts`, default: `./dist/${folder}/index.js` },
        files: ['dist'],
        scripts: { prepack: 'tsc' },
        dependencies: { '@apiserver-kit/framework': framework },
      }),
    },
    {
      path: `${output}/tsconfig.json`,
      text: json({
        extends: `${up}tsconfig.json`,
        compilerOptions: {
          noEmit: false,
          allowImportingTsExtensions: false,
          rewriteRelativeImportExtensions: true,
          declaration: true,
          rootDir: up.slice(0, -1),
          outDir: 'dist',
        },
        include: ['index.ts'],
      }),
    },
    { path: `${output}/.gitignore`, text: 'dist/\n' },
    {
      path: `${output}/README.md`,
      text: `# ${name}

\`\`\`ts
import { Client, KubeConfig, ${first?.as ?? ''} } from '${name}'

const client = new Client(KubeConfig.load())
const { items } = await client.resource(${first?.as ?? ''}).list()
console.log(items.map(({ metadata }) => metadata.name))
client.close()
\`\`\`
`,
    },
  ]
}
