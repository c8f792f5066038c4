import type { OpenAPIV3 } from 'openapi-types'
import type { GroupVersionKind } from '../../meta/group-version.ts'

/** Operations as both versions of OpenAPI are written from. */

export type Method = Exclude<`${OpenAPIV3.HttpMethods}`, 'head' | 'options' | 'trace'>

export interface Parameter {
  readonly name: string
  readonly in: 'query' | 'path'
  readonly type: 'string' | 'integer' | 'number' | 'boolean'
  readonly description: string
}

export interface Body {
  /** The name of a definition. */
  readonly definition: string
  readonly required: boolean
}

export interface Operation {
  readonly method: Method
  readonly id: string
  readonly description: string
  readonly tag: string
  /** x-kubernetes-action. */
  readonly action?: string
  readonly kind?: GroupVersionKind
  readonly parameters: readonly Parameter[]
  readonly body?: Body
  readonly consumes: readonly string[]
  readonly produces: readonly string[]
  /** Status codes and the definition of what is answered; undefined is text. */
  readonly responses: readonly (readonly [code: number, definition: string | undefined])[]
}

/** The operations of the paths, by path. */
export type Paths = ReadonlyMap<string, readonly Operation[]>

export const sortByName = <T extends { readonly name: string }>(values: Iterable<T>): T[] =>
  [...values].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))

export const responseText: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  401: 'Unauthorized',
}
