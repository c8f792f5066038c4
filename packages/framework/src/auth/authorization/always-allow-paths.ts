import {
  allow,
  noOpinion,
  type AuthorizationAttributes,
  type AuthorizationDecision,
  type Authorizer,
} from './authorizer.ts'

/** Paths that anybody may ask for, by any method: exact, or with `*` at the end those that begin so. Source: authorization/path. */
export class AlwaysAllowPaths implements Authorizer {
  readonly #paths = new Set<string>()
  readonly #prefixes: string[] = []

  /** Throws a TypeError for a `*` elsewhere than at the end. */
  constructor(paths: readonly string[]) {
    for (const path of paths.map(withoutSlash)) {
      if (path.slice(0, -1).includes('*')) throw new TypeError(`only trailing * allowed in ${JSON.stringify(path)}`)
      if (path.endsWith('*')) this.#prefixes.push(path.slice(0, -1))
      else this.#paths.add(path)
    }
  }

  authorize({ isResourceRequest, path }: AuthorizationAttributes): Promise<AuthorizationDecision> {
    if (isResourceRequest) return Promise.resolve(noOpinion)
    const asked = withoutSlash(path)
    const allowed = this.#paths.has(asked) || this.#prefixes.some((prefix) => asked.startsWith(prefix))
    return Promise.resolve(allowed ? allow : noOpinion)
  }
}

const withoutSlash = (path: string): string => (path.startsWith('/') ? path.slice(1) : path)
