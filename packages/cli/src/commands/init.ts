import { existsSync, readdirSync } from 'node:fs'
import { basename, relative, resolve } from 'node:path'
import { isCancel, text } from '@clack/prompts'
import type { CommandModule } from 'yargs'
import { domainProblem } from '../scaffold/names.ts'
import { renderTemplate } from '../scaffold/render-template.ts'
import { UserError } from '../user-error.ts'

interface Arguments {
  domain?: string
  directory: string
}

/** What may stand in a folder that counts as empty. */
const harmless: ReadonlySet<string> = new Set(['.git', '.gitkeep', 'LICENSE', 'node_modules', 'package-lock.json'])

export const init: CommandModule<object, Arguments> = {
  command: 'init',
  describe: 'Lays a new project: a server and its controller, without kinds yet',
  builder: (yargs) =>
    yargs
      .option('domain', { type: 'string', describe: 'end of all API groups of the project, as example.com' })
      .option('directory', { type: 'string', default: '.', describe: 'folder of the project; must be empty' }),
  handler: async ({ domain: given, directory }) => {
    const domain = given ?? (await askDomain())
    const problem = domainProblem(domain)
    if (problem !== undefined) throw new UserError(`--domain ${problem}`)
    const target = resolve(directory)
    const inTheWay = existsSync(target) ? readdirSync(target).filter((name) => !harmless.has(name)) : []
    if (inTheWay.length)
      throw new UserError(`${target} is not empty (${inTheWay.slice(0, 3).join(', ')}): name another with --directory`)
    const files = renderTemplate('project', target, { 'example.com': domain, 'widget-project': projectName(target) })
    const place = relative(process.cwd(), target)
    process.stdout.write(
      [
        `Made ${String(files.length)} files. Next:`,
        ...(place ? [`  cd ${place}`] : []),
        '  npm install',
        '  npx apiserver-kit create resource --group demo --version v1alpha1 --kind Widget',
        '  npm start',
        '',
      ].join('\n'),
    )
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
