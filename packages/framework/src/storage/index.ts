export type {
  Backend,
  BackendEvent,
  BackendEvents,
  BackendSupports,
  Entry,
  Range,
  RangeOptions,
  Write,
} from './backend.ts'
export { MemoryBackend, type MemoryBackendOptions } from './backends/memory/index.ts'
export { Cacher, type CacherOptions } from './cacher/index.ts'
export type * from './storage.ts'
export { StorageError, type StorageErrorCode, type StorageErrorFields } from './storage-error.ts'
export { Store, type StoreOptions } from './store.ts'
export { StoredItem, type ItemCodec } from './stored-item.ts'
export { JsonCodec, type JsonCodecOptions } from './codec.ts'
