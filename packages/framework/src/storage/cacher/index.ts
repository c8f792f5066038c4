export { Cacher, type CacherOptions } from './cacher.ts'
