import { readFileSync } from 'node:fs'
import { TrustRoots } from '../../auth/authentication/trust-roots.ts'
import type { TrustSource } from '../../auth/authentication/trust-source.ts'

/** The authorities whose client certificates name users: the server's own, and those of `--client-ca-file`. */
export class ClientAuthorities implements TrustSource {
  readonly current: TrustRoots
  /** PEM. */
  readonly certificates: readonly string[]

  constructor(own: string | undefined, file: string | undefined) {
    this.certificates = [...(own ? [own] : []), ...(file ? [readAuthorities(file)] : [])]
    this.current = TrustRoots.fromPem(this.certificates.join('\n'))
  }
}

function readAuthorities(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new Error(`--client-ca-file: cannot read ${file}`, { cause })
  }
}
