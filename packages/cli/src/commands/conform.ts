import { readFileSync } from 'node:fs'
import colors from 'picocolors'
import { parseAllDocuments } from 'yaml'
import type { CommandModule } from 'yargs'
import { connectionOf, withConnectionOptions, type ConnectionArguments } from '../cluster/connection.ts'
import { HttpClient, type Json } from '../cluster/http-client.ts'
import { rules } from '../conform/rules/index.ts'
import { conform as run, type ConformReport, type RuleResult } from '../conform/run.ts'
import { UsageError, UserError } from '../user-error.ts'

interface Arguments extends ConnectionArguments {
  url?: string
  group?: string
  resource?: string
  namespace?: string
  sample: string[]
  rule: string[]
  except: string[]
  list: boolean
  'watch-seconds': number
  json: boolean
}

export const conform: CommandModule<object, Arguments> = {
  command: 'conform [url]',
  describe: "Tries Kubernetes' rules on any extension API server, with objects of its own, and tells which it breaks",
  builder: (yargs) =>
    withConnectionOptions(
      yargs.positional('url', { type: 'string', describe: 'default: the server of the kubeconfig' }),
    )
      .option('group', { type: 'string', describe: 'default: all but those that end in .k8s.io' })
      .option('resource', { type: 'string', describe: 'its plural; default: all of them' })
      .option('namespace', { type: 'string', describe: 'for its objects; default: a new one, or default' })
      .option('sample', {
        type: 'string',
        array: true,
        default: [],
        describe: 'YAML or JSON with objects that may be created',
      })
      .option('rule', { type: 'string', array: true, default: [], describe: 'only these: list, or list/pages' })
      .option('except', { type: 'string', array: true, default: [], describe: 'without these' })
      .option('watch-seconds', { type: 'number', default: 10, describe: 'how long the events of a watch may take' })
      .option('list', { type: 'boolean', default: false, describe: 'shows the rules, and tries none' })
      .option('json', { type: 'boolean', default: false, describe: 'as JSON' }),
  handler: async (argv) => {
    const chosen = chosenRules(argv)
    if (argv.list) {
      const shown = chosen.map(({ id, says }) => ({ rule: id, says }))
      process.stdout.write(
        argv.json
          ? `${JSON.stringify(shown, undefined, 2)}\n`
          : shown.map(({ rule, says }) => `${rule.padEnd(26)} ${says}\n`).join(''),
      )
      return
    }
    const http = new HttpClient(connectionOf(argv, argv.url))
    try {
      const report = await run(http, {
        rules: chosen,
        group: argv.group,
        resource: argv.resource,
        namespace: argv.namespace,
        watchSeconds: argv['watch-seconds'],
        samples: argv.sample.flatMap(objectsIn),
        onResult: (result) => {
          if (!argv.json) process.stdout.write(line(result))
        },
      })
      process.stdout.write(argv.json ? `${JSON.stringify(report, undefined, 2)}\n` : summary(report))
      if (report.failed > 0 || report.passed === 0) process.exitCode = 1
    } finally {
      http.close()
    }
  },
}

function chosenRules({ rule, except }: Arguments): typeof rules {
  const means = (id: string) => (text: string) => id === text || id.startsWith(`${text}/`)
  const unknown = [...rule, ...except].find((text) => !rules.some(({ id }) => means(id)(text)))
  if (unknown !== undefined)
    throw new UsageError(`there is no rule ${unknown}: \`apiserver-kit conform --list\` shows all`)
  return rules.filter(({ id }) => (!rule.length || rule.some(means(id))) && !except.some(means(id)))
}

function objectsIn(file: string): Json[] {
  try {
    const documents = parseAllDocuments(readFileSync(file, 'utf8'))
    return (Array.isArray(documents) ? documents : []).map((document) => {
      const [error] = document.errors
      if (error) throw error
      return document.toJS() as Json
    })
  } catch (cause) {
    throw new UserError(`--sample ${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
}

const marks = { passed: colors.green('✔'), failed: colors.red('✖'), skipped: colors.dim('-') } as const

const line = ({ outcome, rule, resource, says, why }: RuleResult): string =>
  `${marks[outcome]} ${resource} ${colors.bold(rule)} ${colors.dim(says)}\n${why === undefined ? '' : `    ${why}\n`}`

function summary({ passed, failed, skipped, score, results }: ConformReport): string {
  const failing = [...new Set(results.filter(({ outcome }) => outcome === 'failed').map(({ rule }) => rule))]
  return `${colors.bold(`${score} %`)}: ${passed} passed, ${failed} failed, ${skipped} skipped${failing.length ? `\nFailing: ${failing.join(', ')}` : ''}\n`
}
