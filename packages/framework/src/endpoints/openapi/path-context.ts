import type { InstalledResource } from '../../registry/installed.ts'
import { metaPackage } from '../../schema/openapi/schema-builders.ts'
import type { Body, Parameter } from './operation.ts'

/** What all operations of one path share. */
export interface PathContext {
  readonly installed: InstalledResource
  /** `WardleExampleComV1alpha1` */
  readonly prefix: string
  /** `NamespacedFlunder` or `Fischer` */
  readonly noun: string
  readonly tag: string
  readonly parameters: readonly Parameter[]
}

/** The body of every PATCH. */
export const patchBody: Body = { definition: `${metaPackage}.Patch`, required: true }
