import type { CommandModule } from 'yargs'
import { billOfMaterials } from '../project/bill-of-materials.ts'
import { bundles, type Target } from '../project/bundle.ts'
import { findProject } from '../project/project.ts'
import { runTool } from '../project/tool.ts'
import { Changes } from '../scaffold/changes.ts'
import { carryOut, withWritingOptions, type WritingArguments } from '../scaffold/writing.ts'
import { UsageError } from '../user-error.ts'

interface Arguments extends WritingArguments {
  target: Target[]
  output: string
  minify: boolean
  sbom: boolean
  image?: string
  push: boolean
  'container-tool': string
}

export const build: CommandModule<object, Arguments> = {
  command: 'build',
  describe: 'Makes one file of JavaScript of the server, one of the controller, their bill of materials, and an image',
  builder: (yargs) =>
    withWritingOptions(yargs)
      .option('target', {
        choices: ['server', 'controller'] as Target[],
        array: true,
        default: ['server', 'controller'] as Target[],
        describe: 'which of them',
      })
      .option('output', { type: 'string', default: 'dist', describe: 'folder of the project' })
      .option('minify', { type: 'boolean', default: false, describe: 'smaller, and harder to read' })
      .option('sbom', {
        type: 'boolean',
        default: true,
        describe: '--no-sbom: without the bill of materials (CycloneDX)',
      })
      .option('image', { type: 'string', describe: 'builds an image of the Dockerfile, too: REGISTRY/NAME:TAG' })
      .option('push', { type: 'boolean', default: false, describe: 'pushes the image' })
      .option('container-tool', { type: 'string', default: 'docker', describe: 'docker, or podman' }),
  handler: async (argv) => {
    if (argv.push && argv.image === undefined) throw new UsageError('--push needs an image: --image REGISTRY/NAME:TAG')
    const { directory } = findProject(process.cwd())
    const changes = new Changes(directory)
    changes.replace(await bundles(directory, argv.target, { outdir: argv.output, minify: argv.minify }))
    if (argv.sbom) changes.replace([{ path: `${argv.output}/sbom.cdx.json`, text: billOfMaterials(directory) }])
    if (!argv['dry-run'] && argv.image !== undefined) {
      runTool(directory, [argv['container-tool'], 'build', '--tag', argv.image, '.'])
      if (argv.push) runTool(directory, [argv['container-tool'], 'push', argv.image])
    }
    carryOut(changes, argv, [`node ${argv.output}/server.mjs --help`])
  },
}
