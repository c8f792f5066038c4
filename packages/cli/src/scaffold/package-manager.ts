import type { Changes, SourceFile } from './changes.ts'

/** What installs the project's packages, and how it runs their programs. */
export const runners = { npm: 'npx', pnpm: 'pnpm', yarn: 'yarn', bun: 'bunx' } as const
export type PackageManager = keyof typeof runners

/** npm, pnpm, yarn and bun say so to the programs that they run. */
export function runningManager(): PackageManager {
  const [agent = ''] = (process.env['npm_config_user_agent'] ?? '').split('/')
  return agent in runners ? (agent as PackageManager) : 'npm'
}

/** What only one of them reads. */
const signs: readonly (readonly [string, PackageManager])[] = [
  ['pnpm-workspace.yaml', 'pnpm'],
  ['pnpm-lock.yaml', 'pnpm'],
  ['.yarnrc.yml', 'yarn'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
]

/** That of a project. */
export const managerOf = (project: Changes): PackageManager =>
  signs.find(([file]) => project.read(file) !== undefined)?.[1] ?? 'npm'

/** A line that says `npm` or `npx`, as it is typed with another one. */
export const typedWith = (manager: PackageManager, line: string): string =>
  manager === 'npm'
    ? line
    : line
        .replace(/^npx (?=apiserver-kit )/, `${runners[manager]} `)
        .replace(/^npm (?=(start|test|install)\b)/, `${manager} `)

/** What a manager has to be told before it installs anything. */
export function filesFor(manager: PackageManager): SourceFile[] {
  if (manager === 'pnpm') return [{ path: 'pnpm-workspace.yaml', text: pnpmWorkspace }]
  // Programs look for what they need in node_modules; yarn 1 does not read this.
  if (manager === 'yarn') return [{ path: '.yarnrc.yml', text: 'nodeLinker: node-modules\n' }]
  return []
}

/** pnpm ends with an error where nobody has said which packages may compile their native parts; until 9 it asks where the packages are. */
const pnpmWorkspace = `packages:
  - .
allowBuilds:
  esbuild: true
  lmdb: true
  msgpackr-extract: true
  protobufjs: false
`
