import {
  decodeHeaderKey,
  headersWithPrefix,
  headerTexts,
  utf8Of,
  type ServerRequest,
} from '../../request/header-lines.ts'
import { setOwn } from '../../util/json.ts'
import type { AuthenticationResponse, Authenticator } from './authenticator.ts'
import { ClientCertificate } from './client-certificate.ts'
import type { PeerCertificates } from './peer-certificates.ts'
import { CertificateError } from './trust-roots.ts'
import type { TrustSource } from './trust-source.ts'

/** Which headers carry an identity, and which client certificates may write them. It may change while the server runs. */
export interface RequestHeaderConfig {
  /** Common names of the proxies' certificates; empty: any that the authorities signed. */
  readonly allowedNames: readonly string[]
  readonly usernameHeaders: readonly string[]
  readonly groupHeaders: readonly string[]
  readonly extraHeaderPrefixes: readonly string[]
  /** No default: an unconfigured X-Remote-Uid is ignored. */
  readonly uidHeaders: readonly string[]
}

/** The headers that kube-apiserver sends, and that no handler ever gets to see. */
export const standardRequestHeaders: RequestHeaderConfig = {
  allowedNames: [],
  usernameHeaders: ['X-Remote-User'],
  groupHeaders: ['X-Remote-Group'],
  extraHeaderPrefixes: ['X-Remote-Extra-'],
  uidHeaders: ['X-Remote-Uid'],
}

/**
 * The front proxy (kube-apiserver's aggregator) names the user in headers. They count only beside a certificate that the proxy's own
 * authorities signed. Source: authentication/request/headerrequest.
 */
export class RequestHeaderAuthenticator implements Authenticator {
  readonly name = 'request-header'
  readonly #config: () => RequestHeaderConfig
  readonly #commonName: ClientCertificate<string>

  constructor(peers: PeerCertificates, trust: TrustSource, config: () => RequestHeaderConfig) {
    this.#config = config
    this.#commonName = new ClientCertificate(peers, trust, ({ leaf }) => leaf.fields.commonName)
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- what verify throws must reject
  async authenticate(request: ServerRequest): Promise<AuthenticationResponse | undefined> {
    const commonName = this.#commonName.verify(request)
    if (commonName === undefined) return undefined
    const config = this.#config()
    if (config.allowedNames.length && !config.allowedNames.includes(commonName))
      throw new CertificateError(`x509: subject with cn=${commonName} is not in the allowed list`)
    const name = theOne(request, config.usernameHeaders)
    if (name === '') return undefined
    return {
      user: {
        name,
        uid: theOne(request, config.uidHeaders),
        groups: config.groupHeaders.flatMap((header) => headerTexts(request, header)).filter((group) => group !== ''),
        extra: extraOf(request, config.extraHeaderPrefixes),
      },
    }
  }
}

/** The first header with a value. Two lines of it are somebody's trick: the proxy sends one. */
function theOne(request: ServerRequest, headers: readonly string[]): string {
  for (const header of headers) {
    const [value = '', ...more] = headerTexts(request, header)
    if (more.length) throw new Error(`the header ${header} stands more than once`)
    if (value !== '') return value
  }
  return ''
}

function extraOf(request: ServerRequest, prefixes: readonly string[]): Record<string, string[]> {
  const extra: Record<string, string[]> = {}
  for (const prefix of prefixes)
    for (const [encoded, value] of headersWithPrefix(request, prefix)) {
      const key = decodeHeaderKey(encoded)
      if (Object.hasOwn(extra, key)) extra[key]?.push(utf8Of(value))
      else setOwn(extra, key, [utf8Of(value)])
    }
  return extra
}

/** Says (of a lower-case name) whether a header carries an identity: Authorization, the standard names, and the configured ones. */
export function identityHeaders(configured?: RequestHeaderConfig): (name: string) => boolean {
  const names = new Set(['authorization'])
  const prefixes: string[] = []
  for (const config of configured ? [standardRequestHeaders, configured] : [standardRequestHeaders]) {
    const { usernameHeaders, groupHeaders, uidHeaders, extraHeaderPrefixes } = config
    for (const header of [...usernameHeaders, ...groupHeaders, ...uidHeaders]) names.add(header.toLowerCase())
    prefixes.push(...extraHeaderPrefixes.map((prefix) => prefix.toLowerCase()))
  }
  return (name) => names.has(name) || prefixes.some((prefix) => name.startsWith(prefix))
}
