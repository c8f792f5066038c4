import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, relative, resolve } from 'node:path'
import type { CommandModule } from 'yargs'
import { Changes, type SourceFile } from '../scaffold/changes.ts'
import { copyrightFile } from '../scaffold/copyright-header.ts'
import { check } from '../scaffold/kind-place.ts'
import { domainProblem } from '../scaffold/names.ts'
import { filesFor, runners, runningManager, type PackageManager } from '../scaffold/package-manager.ts'
import { required } from '../scaffold/questions.ts'
import { renderTemplate } from '../scaffold/render-template.ts'
import { carryOut, withWritingOptions, type WritingArguments } from '../scaffold/writing.ts'
import { UserError } from '../user-error.ts'

interface Arguments extends WritingArguments {
  domain?: string
  directory: string
  name?: string
  copyright?: string
  'package-manager'?: PackageManager
}

/** What may stand in a folder that counts as empty. */
const harmless: ReadonlySet<string> = new Set(['.git', '.gitkeep', 'LICENSE', 'node_modules', 'package-lock.json'])

export const init: CommandModule<object, Arguments> = {
  command: 'init',
  describe: 'Lays a new project: a server and its controller, without kinds yet',
  builder: (yargs) =>
    withWritingOptions(yargs)
      .option('domain', { type: 'string', describe: 'end of all API groups of the project, as example.com' })
      .option('directory', { type: 'string', default: '.', describe: 'folder of the project; must be empty' })
      .option('name', { type: 'string', describe: 'of the package; default: that of the folder' })
      .option('copyright', {
        type: 'string',
        describe: 'a file with the text above each source; YEAR is the present one',
      })
      .option('package-manager', {
        choices: Object.keys(runners) as PackageManager[],
        describe: 'default: the one that runs this command, or npm',
      }),
  handler: async (argv) => {
    const { domain } = await required('init', argv, {
      domain: {
        message: 'Which domain do the API groups of the project end in?',
        example: 'example.com',
        problem: domainProblem,
      },
    })
    const name = argv.name ?? projectName(resolve(argv.directory))
    check({ name: nameProblem(name) })
    const target = resolve(argv.directory)
    const changes = new Changes(target)
    const manager = argv['package-manager'] ?? runningManager()
    const files = renderTemplate('project', { 'example.com': domain, 'widget-project': name }).map((file) =>
      file.path === 'package.json' && manager === 'yarn' ? { ...file, text: withResolutions(file.text) } : file,
    )
    files.push(...filesFor(manager))
    const inTheWay = existsSync(target) ? readdirSync(target).filter((name) => !harmless.has(name)) : []
    if (inTheWay.length && !inTheWay.includes('package.json'))
      throw new UserError(`${target} is not empty (${inTheWay.slice(0, 3).join(', ')}): name another with --directory`)
    changes.create(argv.copyright === undefined ? files : [copyrightOf(argv.copyright), ...files])
    const place = relative(process.cwd(), target)
    carryOut(changes, argv, [
      ...(place ? [`cd ${/^[\w./-]+$/.test(place) ? place : `'${place}'`}`] : []),
      'npm install',
      'npx apiserver-kit create resource --group demo --version v1alpha1 --kind Widget',
      'npm start',
    ])
  },
}

function copyrightOf(file: string): SourceFile {
  try {
    const text = readFileSync(file, 'utf8').replaceAll('YEAR', String(new Date().getFullYear()))
    return { path: copyrightFile, text }
  } catch (cause) {
    throw new UserError(`--copyright ${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
}

/** yarn refuses what is for newer versions of Node only, and mocha takes such a one; the others warn. */
const withResolutions = (packageJson: string): string => {
  const known = JSON.parse(packageJson) as object
  return `${JSON.stringify({ ...known, resolutions: { 'strip-json-comments': '5.0.3' } }, undefined, 2)}\n`
}

const projectName = (directory: string): string =>
  basename(directory)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+/, '') || 'apiserver'

/** As npm takes it. */
const nameProblem = (name: string): string | undefined =>
  /^(@[a-z0-9-~][a-z0-9-._~]*\/)?[a-z0-9-~][a-z0-9-._~]*$/.test(name) && name.length <= 214
    ? undefined
    : 'must be a name that npm takes, as shop-apiserver'
