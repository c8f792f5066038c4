import type { Crd, CrdVersion } from './crd.ts'
import { brokenSourceText, literal } from './source-text.ts'

/** `v1beta1` → `V1beta1`. */
const capital = (version: string): string => version.charAt(0).toUpperCase() + version.slice(1)

/** The resource that serves an imported kind. `folder` holds the versions' folders, `file` is the name of their files. */
export function resourceFile(crd: Crd, stored: CrdVersion, { folder, file }: { folder: string; file: string }): string {
  const { kind } = crd.names
  const others = crd.versions.filter((version) => version !== stored)
  const aliasOf = (version: CrdVersion): string => `${kind}${capital(version.name)}`
  const subresources = subresourcesOf(stored, kind)
  const names = [
    ...(others.length ? ['convert'] : []),
    ...(subresources.some((text) => text.includes('ScaleSubresource')) ? ['ScaleSubresource'] : []),
    ...(subresources.some((text) => text.includes('StatusSubresource')) ? ['StatusSubresource'] : []),
    'StoredResource',
  ]
  const conversions = others.map((version) => conversion(version, aliasOf(version), kind))
  const note =
    crd.conversion === 'None'
      ? `  /** An object goes over as it is, but for its apiVersion: where versions differ, give \`convert\` the functions to and from ${kind}. */`
      : `  /** TODO: a webhook converted these. Give \`convert\` its functions: { toStorage: (object) => …, fromStorage: (object) => … }. */`
  return [
    `import { ${names.join(', ')} } from '@apiserver-kit/framework'`,
    `import { ${kind} } from '../apis/${folder}/${stored.name}/${file}.ts'`,
    ...others.map((v) => `import { ${kind} as ${aliasOf(v)} } from '../apis/${folder}/${v.name}/${file}.ts'`),
    '// apiserver-kit:imports',
    '',
    `export class ${kind}Resource extends StoredResource<${kind}> {`,
    `  readonly storageVersion = ${kind}`,
    ...(others.length ? [note] : []),
    ...member('servedVersions', 'versions', conversions),
    ...member('subresources', 'subresources', subresources),
    '}',
    '',
  ].join('\n')
}

const member = (name: string, marker: string, elements: readonly string[]): string[] => [
  `  override readonly ${name} = [`,
  ...elements.map((element) => `    ${element},`),
  `    // apiserver-kit:${marker}`,
  '  ]',
]

function conversion({ served }: CrdVersion, spoke: string, hub: string): string {
  if (served) return `convert<${spoke}, ${hub}>(${spoke})`
  return `convert<${spoke}, ${hub}>(${spoke}, {
      served: false,
      toStorage: (object) => object as unknown as ${hub},
      fromStorage: (object) => object as unknown as ${spoke},
    })`
}

function subresourcesOf({ subresources }: CrdVersion, kind: string): string[] {
  const scale = subresources?.scale
  return [
    ...(subresources?.status ? [`new StatusSubresource<${kind}>()`] : []),
    ...(scale ? [brokenSourceText({ call: `new ScaleSubresource<${kind}>`, args: [literal(scale)] }, 4, 4)] : []),
  ]
}
