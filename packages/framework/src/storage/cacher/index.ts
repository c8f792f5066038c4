export type { CacheObserver } from './cache-observer.ts'
export type { CacherOptions } from './cacher-options.ts'
export { Cacher } from './cacher.ts'
