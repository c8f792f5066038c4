import { Ajv } from 'ajv'
import type { Kind } from './kind.ts'

/** Keywords of CRD schemas, and of OpenAPI, that JSON Schema does not know. */
const keywords = [
  'example',
  'externalDocs',
  'nullable',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-int-or-string',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-list-type',
  'x-kubernetes-map-type',
  'x-kubernetes-patch-merge-key',
  'x-kubernetes-patch-strategy',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-validations',
] as const

/**
 * Refuses schemas with mistakes that would pass in silence: keywords that nobody knows (`minimun`), values of the wrong type (`minimum: "1"`), patterns
 * that are none. One for all kinds of a server.
 */
export class SchemaChecker {
  readonly #ajv: Ajv

  constructor() {
    this.#ajv = new Ajv({
      strict: true,
      strictTypes: false,
      strictTuples: false,
      strictRequired: false,
      validateFormats: false,
      logger: false,
    })
    this.#ajv.removeKeyword('nullable')
    for (const keyword of keywords) this.#ajv.addKeyword(keyword)
  }

  /** Throws a TypeError that names the kind and the mistake. */
  check({ kind, apiVersion, schema }: Kind): void {
    try {
      this.#ajv.compile(schema)
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new TypeError(`the schema of ${kind} (${apiVersion}) is wrong: ${reason}`, { cause })
    }
  }
}
