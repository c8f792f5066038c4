import type { InstalledVersion } from '../../registry/installed.ts'
import { versionDefinition } from '../../schema/openapi/discovery-definitions.ts'
import { metaPackage } from '../../schema/openapi/schema-builders.ts'
import { mediaTypes } from '../negotiation/media-types.ts'
import { camelGroup, camelGroupVersion, groupTag, versionTag } from './operation-names.ts'
import type { Operation } from './operation.ts'

/** The operations that answer what there is. */

const reading = (id: string, description: string, tag: string, definition: string): Operation => ({
  method: 'get',
  id,
  description,
  tag,
  parameters: [],
  consumes: mediaTypes,
  produces: mediaTypes,
  responses: [[200, definition]],
})

export const groupListOperation = (): Operation =>
  reading('getAPIVersions', 'get available API versions', 'apis', `${metaPackage}.APIGroupList`)

export const coreVersionsOperation = (): Operation =>
  reading('getCoreAPIVersions', 'get available API versions', 'core', `${metaPackage}.APIVersions`)

export const groupOperation = (group: string): Operation =>
  reading(`get${camelGroup(group)}APIGroup`, 'get information of a group', groupTag(group), `${metaPackage}.APIGroup`)

export const resourceListOperation = ({ group, version }: InstalledVersion): Operation =>
  reading(
    `get${camelGroupVersion(group, version)}APIResources`,
    'get available resources',
    versionTag(group, version),
    `${metaPackage}.APIResourceList`,
  )

export const versionOperation = (): Operation => ({
  ...reading('getCodeVersion', 'get the version information for this server', 'version', versionDefinition),
  consumes: ['application/json'],
  produces: ['application/json'],
})
