import { existsSync, readdirSync } from 'node:fs'
import { basename, relative, resolve } from 'node:path'
import { isCancel, text } from '@clack/prompts'
import type { CommandModule } from 'yargs'
import { Changes } from '../scaffold/changes.ts'
import { domainProblem } from '../scaffold/names.ts'
import { renderTemplate } from '../scaffold/render-template.ts'
import { carryOut, withWritingOptions, type WritingArguments } from '../scaffold/writing.ts'
import { UserError } from '../user-error.ts'

interface Arguments extends WritingArguments {
  domain?: string
  directory: string
}

/** What may stand in a folder that counts as empty. */
const harmless: ReadonlySet<string> = new Set(['.git', '.gitkeep', 'LICENSE', 'node_modules', 'package-lock.json'])

export const init: CommandModule<object, Arguments> = {
  command: 'init',
  describe: 'Lays a new project: a server and its controller, without kinds yet',
  builder: (yargs) =>
    withWritingOptions(yargs)
      .option('domain', { type: 'string', describe: 'end of all API groups of the project, as example.com' })
      .option('directory', { type: 'string', default: '.', describe: 'folder of the project; must be empty' }),
  handler: async (argv) => {
    const domain = argv.domain ?? (await askDomain())
    const problem = domainProblem(domain)
    if (problem !== undefined) throw new UserError(`--domain ${problem}`)
    const target = resolve(argv.directory)
    const changes = new Changes(target)
    const files = renderTemplate('project', { 'example.com': domain, 'widget-project': projectName(target) })
    const inTheWay = existsSync(target) ? readdirSync(target).filter((name) => !harmless.has(name)) : []
    if (inTheWay.length && !inTheWay.includes('package.json'))
      throw new UserError(`${target} is not empty (${inTheWay.slice(0, 3).join(', ')}): name another with --directory`)
    changes.create(files)
    const place = relative(process.cwd(), target)
    carryOut(changes, argv, [
      ...(place ? [`cd ${/^[\w./-]+$/.test(place) ? place : `'${place}'`}`] : []),
      'npm install',
      'npx apiserver-kit create resource --group demo --version v1alpha1 --kind Widget',
      'npm start',
    ])
  },
}

const projectName = (directory: string): string =>
  basename(directory)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+/, '') || 'apiserver'

async function askDomain(): Promise<string> {
  if (!process.stdin.isTTY) throw new UserError('which domain? Run: apiserver-kit init --domain example.com')
  const answer = await text({
    message: 'Which domain do the API groups of the project end in?',
    placeholder: 'example.com',
    validate: (value) => domainProblem(value ?? ''),
  })
  if (isCancel(answer)) throw new UserError('nothing was made')
  return answer
}
