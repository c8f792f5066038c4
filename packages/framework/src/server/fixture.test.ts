import { join } from 'node:path'
import { pino } from 'pino'
import { MemoryBackend } from '../storage/backends/memory/index.ts'
import type { ApiServerOptions } from './options.ts'

/** Of a server that stands alone, on a port of its own, and keeps its certificates in a folder. */
export const standaloneOptions = (directory: string): ApiServerOptions => ({
  backend: new MemoryBackend(),
  securePort: 0,
  bindAddress: '127.0.0.1',
  certDir: join(directory, 'certificates'),
  standalone: true,
  log: pino({ level: 'silent' }),
})
