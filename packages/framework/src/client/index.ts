export { Client, type ClientOptions, type RawRequest } from './client.ts'
export type { ApplyConfiguration, ApplyMetadata, DeepPartial } from './apply-configuration.ts'
export { ConfigError } from './config-error.ts'
export { ConnectionError } from './connection-error.ts'
export { StaticCredentials, TokenFile, type ClientCertificate, type Credentials } from './credentials.ts'
export type { DynamicObject } from './discover-kind.ts'
export { isAlreadyExists, isConflict, isExpired, isNotFound, isTooManyRequests } from './error-kinds.ts'
export { KubeConfig, type KubeConfigFields, type PemSource } from './kube-config.ts'
export type {
  ApplyOptions,
  DeleteOptions,
  GetOptions,
  ListOptions,
  PatchOptions,
  PatchType,
  WatchOptions,
  WriteOptions,
} from './request-options.ts'
export { ResourceClient, type ObjectList } from './resource-client.ts'
export { metadataOnly, namespacedName, objectKey, type NamespacedName, type ResourceKind } from './resource-kind.ts'
export type { Scale } from './scale.ts'
export { currentTraceparent, inTrace, newTraceparent, traceAnnotation } from './trace-context.ts'
export type { WatchEvent } from './watch-stream.ts'
export { dropManagedFields, Informer, type CacheListOptions, type InformerOptions } from './informer.ts'
export { InformerCache, type InformerCacheOptions } from './informer-cache.ts'
export {
  filteredHandler,
  type HandlerOptions,
  type HandlerRegistration,
  type InformerHandler,
} from './informer-handler.ts'
export type { IndexFunction } from './indexed-store.ts'
export { Reflector, type ReflectorOptions, type ReflectorStore } from './reflector.ts'
export type { WriteGuard } from './write-guard.ts'
export { mergePatchOf, type MergePatchOptions } from './merge-patch.ts'
