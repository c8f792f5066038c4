import { quoted } from '../import/source-text.ts'
import { UsageError } from '../user-error.ts'
import type { Changes } from './changes.ts'
import type { KindPlace } from './kind-place.ts'

/** Where in an object a scale finds its numbers, as a CRD writes it. */
export interface ScalePaths {
  'spec-replicas-path': string
  'status-replicas-path': string
  'label-selector-path'?: string
}

export const standardScalePaths: ScalePaths = {
  'spec-replicas-path': '.spec.replicas',
  'status-replicas-path': '.status.replicas',
}

const path = /^(\.[A-Za-z_][\w-]*)+$/

/** Adds `scale` to a kind's resource, and to its schema what it needs. */
export function addScale(changes: Changes, { folder, kind, file, version }: KindPlace, options: ScalePaths): void {
  const { 'spec-replicas-path': specReplicasPath, 'status-replicas-path': statusReplicasPath } = options
  const labelSelectorPath = options['label-selector-path']
  for (const flag of ['spec-replicas-path', 'status-replicas-path', 'label-selector-path'] as const)
    if (!path.test(options[flag] ?? '.spec')) throw new UsageError(`--${flag} must be as .spec.replicas`)
  const paths = {
    specReplicasPath,
    statusReplicasPath,
    ...(labelSelectorPath === undefined ? {} : { labelSelectorPath }),
  }
  const declaration = `apis/${folder}/${version}/${file}.ts`
  const declared = changes.read(declaration) ?? ''
  if (
    !/\breplicas:/.test(declared) &&
    specReplicasPath === '.spec.replicas' &&
    statusReplicasPath === '.status.replicas'
  )
    changes.insert(declaration, {
      spec: "      replicas: Type.Optional(Type.Int32({ minimum: 0, default: 1, description: 'How many are wanted.' })),",
      status: "        replicas: Type.Optional(Type.Int32({ minimum: 0, description: 'How many there are.' })),",
    })
  const resource = changes.read(`server/${file}.ts`) ?? ''
  if (resource.includes('new ScaleSubresource<')) {
    changes.replace([{ path: `server/${file}.ts`, text: resource }])
    return
  }
  const members = Object.entries(paths).map(([name, value]) => `      ${name}: ${quoted(value)},`)
  changes.insert(`server/${file}.ts`, {
    imports: "import { ScaleSubresource } from '@apiserver-kit/framework'",
    subresources: [`    new ScaleSubresource<${kind}>({`, ...members, '    }),'].join('\n'),
  })
}
