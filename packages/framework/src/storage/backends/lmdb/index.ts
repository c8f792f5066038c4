export { backupLmdb } from './backup.ts'
export { LmdbBackend, type LmdbBackendOptions } from './lmdb-backend.ts'
export type { HistoryOptions } from './compactor.ts'
export { DataFolderInUseError } from './owner.ts'
