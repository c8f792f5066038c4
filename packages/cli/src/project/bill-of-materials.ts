import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { UserError } from '../user-error.ts'

interface Manifest {
  readonly name?: string
  readonly version?: string
  readonly description?: string
  readonly license?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

interface Installed {
  readonly manifest: Manifest
  readonly reference: string
  readonly dependsOn: readonly string[]
}

/**
 * What the project's programs consist of, as CycloneDX 1.5: the packages that are installed for its dependencies, whichever package manager did so. The same
 * packages give the same text. Throws a UserError when one is not installed.
 */
export function billOfMaterials(directory: string): string {
  const found = new Map<string, Installed>()
  const root = packageAt(directory, found)
  const packages = [...found.values()].filter(({ reference }) => reference !== root)
  const bill = {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      tools: { components: [{ type: 'application', name: 'apiserver-kit' }] },
      component: { ...component(manifestAt(directory), root), type: 'application' },
    },
    components: packages.map(({ manifest, reference }) => component(manifest, reference)).sort(byReference),
    dependencies: [...found.values()]
      .map(({ reference, dependsOn }) => ({ ref: reference, dependsOn: [...new Set(dependsOn)].sort() }))
      .sort((a, b) => (a.ref < b.ref ? -1 : 1)),
  }
  return `${JSON.stringify(bill, undefined, 2)}\n`
}

/** Notes a package and all that it needs; its reference. */
function packageAt(directory: string, found: Map<string, Installed>): string {
  const manifest = manifestAt(directory)
  const { name = 'unnamed', version = '0.0.0' } = manifest
  const reference = `pkg:npm/${name.replace('@', '%40')}@${version}`
  if (found.has(reference)) return reference
  // There before what it needs: packages may need each other.
  found.set(reference, { manifest, reference, dependsOn: [] })
  const dependsOn = Object.keys({
    ...manifest.peerDependencies,
    ...manifest.optionalDependencies,
    ...manifest.dependencies,
  }).flatMap((needed) => {
    const place = installedAt(directory, needed)
    if (place !== undefined) return [packageAt(place, found)]
    // Of another platform, or what somebody else may bring.
    if (!Object.hasOwn(manifest.dependencies ?? {}, needed)) return []
    if (Object.hasOwn(manifest.optionalDependencies ?? {}, needed)) return []
    throw new UserError(`${needed}, which ${name} needs, is not installed: run \`npm install\` first`)
  })
  found.set(reference, { manifest, reference, dependsOn })
  return reference
}

/** As Node looks for it: in node_modules, from the package's real place upwards. */
function installedAt(from: string, name: string): string | undefined {
  for (let directory = realpathSync(from); ; directory = dirname(directory)) {
    const place = join(directory, 'node_modules', name)
    if (existsSync(join(place, 'package.json'))) return place
    if (dirname(directory) === directory) return undefined
  }
}

const manifestAt = (directory: string): Manifest =>
  JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest

function component({ name = 'unnamed', version = '0.0.0', description, license }: Manifest, reference: string) {
  return {
    'bom-ref': reference,
    type: 'library',
    name,
    version,
    scope: 'required',
    ...(description === undefined ? {} : { description }),
    purl: reference,
    ...(typeof license === 'string' ? { licenses: [licenseOf(license)] } : {}),
  }
}

/** A name of SPDX's list, or an expression of them. */
const licenseOf = (license: string): object =>
  /^[\w.+-]+$/.test(license) && !license.startsWith('SEE') ? { license: { id: license } } : { expression: license }

const byReference = (a: { 'bom-ref': string }, b: { 'bom-ref': string }): number =>
  a['bom-ref'] < b['bom-ref'] ? -1 : 1
