export { backendConformance, type BackendConformance, type TestRunner } from './backend.ts'
