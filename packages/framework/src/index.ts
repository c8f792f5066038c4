export { admissionForbidden, type AdmissionPlugin } from './auth/admission/plugin.ts'
export type { AdmissionAttributes, AdmissionOperation } from './auth/admission/attributes.ts'
export type { AuthenticationResponse, Authenticator } from './auth/authentication/authenticator.ts'
export type { AuthorizationAttributes, AuthorizationDecision, Authorizer } from './auth/authorization/authorizer.ts'
export { field, FieldError } from './meta/field-error.ts'
export { FieldSelector } from './meta/field-selector.ts'
export { LabelSelector } from './meta/label-selector.ts'
export type { KubeObject, ListMeta, ObjectMeta, OwnerReference } from './meta/object.ts'
export { StatusError, type Status, type StatusCause, type StatusDetails } from './meta/status.ts'
export { ActionSubresource, type ActionOutput } from './registry/action-subresource.ts'
export { ChannelSubresource, ExecOptions, type ChannelOptions } from './registry/channel-subresource.ts'
export type { Channels, TerminalSize } from './registry/channels.ts'
export { convert, type Conversion, type ServedVersion } from './registry/conversion.ts'
export type { RowFilter } from './registry/predicate.ts'
export { Resource } from './registry/resource.ts'
export type * from './registry/rest.ts'
export { ScaleSubresource, type ScaleOptions } from './registry/scale-subresource.ts'
export { StatusSubresource } from './registry/status-subresource.ts'
export type { StorageMigration } from './registry/storage-migration.ts'
export { StoredResource } from './registry/stored-resource.ts'
export { StreamSubresource } from './registry/stream-subresource.ts'
export { Subresource, type OptionsOf, type OptionsSchema } from './registry/subresource.ts'
export type { RequestContext, UserInfo } from './request/context.ts'
export {
  defineKind,
  type Column,
  type Kind,
  type KindDefinition,
  type ObjectOf,
  type ObjectOfSchema,
} from './schema/kind.ts'
export { Enum, Type, type EmbeddedObject } from './schema/type-helpers.ts'
export { ApiServer } from './server/api-server.ts'
export { backendOf, type StorageFlags } from './server/backend-of.ts'
export { parseServerFlags, type ParsedFlags } from './server/flags.ts'
export type { ApiServerOptions, ServerFlags } from './server/options.ts'
export { runApiServer } from './server/run-api-server.ts'
export { LmdbBackend } from './storage/backends/lmdb/index.ts'
export { MemoryBackend } from './storage/backends/memory/index.ts'
