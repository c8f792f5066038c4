import { backendConformance } from '../../conformance/backend.ts'
import { MemoryBackend } from './memory-backend.ts'

backendConformance({ name: 'MemoryBackend', create: () => Promise.resolve(new MemoryBackend()) }, { describe, it })
