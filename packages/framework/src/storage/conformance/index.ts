export { backendConformance, type BackendConformance, type TestRunner } from './backend.ts'
export { storageConformance, type StorageConformance, type StorageSubject } from './storage.ts'
export { conformanceStoreOptions } from './storage-case.ts'
