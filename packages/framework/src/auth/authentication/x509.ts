import { createHash } from 'node:crypto'
import type { ServerRequest } from '../../request/header-lines.ts'
import type { AuthenticationResponse, Authenticator } from './authenticator.ts'
import { ClientCertificate } from './client-certificate.ts'
import type { PeerCertificates } from './peer-certificates.ts'
import { CertificateError, type VerifiedChain } from './trust-roots.ts'
import type { TrustSource } from './trust-source.ts'

/**
 * A user's own certificate: CN is the name, each O a group. Source: authentication/request/x509.
 */
export class X509Authenticator implements Authenticator {
  readonly name = 'x509'
  readonly #certificate: ClientCertificate<AuthenticationResponse | undefined>

  constructor(peers: PeerCertificates, trust: TrustSource) {
    this.#certificate = new ClientCertificate(peers, trust, userOf)
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- what verify throws must reject
  async authenticate(request: ServerRequest): Promise<AuthenticationResponse | undefined> {
    return this.#certificate.verify(request)
  }
}

/** Without a CN there is no user in it. */
function userOf({ leaf }: VerifiedChain): AuthenticationResponse | undefined {
  const { commonName, organizations, uids } = leaf.fields
  if (commonName === '') return undefined
  if (uids.length > 1) throw new CertificateError(`expected 1 UID, but found multiple: ${uids.join(', ')}`)
  const fingerprint = createHash('sha256').update(leaf.x509.raw).digest('hex')
  return {
    user: {
      name: commonName,
      uid: uids[0] ?? '',
      groups: organizations,
      extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${fingerprint}`] },
    },
  }
}
