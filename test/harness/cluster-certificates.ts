import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateKeyPairSync } from 'node:crypto'
import {
  createCertificate,
  type CertificateAndKey,
  type CertificateRequest,
} from '../../packages/framework/src/server/serving/certificate-builder.ts'

const hour = 3_600_000

/** The files of one certificate. */
export interface CertificatePaths {
  readonly cert: string
  readonly key: string
}

/** The authorities of a control plane, one for each purpose, and what they have signed, as files in one folder. */
export class ClusterCertificates {
  readonly #folder: string
  readonly #servingCa: CertificateAndKey
  readonly #clientCa: CertificateAndKey
  #proxyCa: CertificateAndKey

  constructor(folder: string) {
    this.#folder = folder
    mkdirSync(folder, { recursive: true })
    this.#servingCa = this.authority('serving-ca')
    this.#clientCa = this.authority('client-ca')
    this.#proxyCa = this.authority('front-proxy-ca')
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    writeFileSync(this.path('service-accounts.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }), {
      mode: 0o600,
    })
    writeFileSync(this.path('service-accounts.pub'), publicKey.export({ type: 'spki', format: 'pem' }))
  }

  path(file: string): string {
    return join(this.#folder, file)
  }

  /** Trusted by kube-apiserver as the user and the groups that it names. */
  client(name: string, user: string, groups: readonly string[] = []): CertificatePaths {
    return this.#leaf(name, this.#clientCa, { commonName: user, organizations: groups, usages: ['clientAuth'] })
  }

  /** Of the authority that signs the front proxy's certificates. */
  frontProxy(name: string, commonName: string): CertificatePaths {
    return this.#leaf(name, this.#proxyCa, { commonName, usages: ['clientAuth'] })
  }

  /** As of now another authority signs the front proxy's certificates. Nobody trusts it yet. */
  renewFrontProxyAuthority(): CertificateAndKey {
    this.#proxyCa = this.authority('front-proxy-ca-2')
    return this.#proxyCa
  }

  serving(name: string, names: readonly string[], issuer = this.#servingCa): CertificatePaths {
    return this.#leaf(name, issuer, { commonName: names[0] ?? name, names, usages: ['serverAuth'] })
  }

  get servingCa(): string {
    return this.#servingCa.certificate
  }

  /** A new one, that signs itself. */
  authority(name: string): CertificateAndKey {
    const authority = createCertificate({ commonName: name, ca: {}, ...validity() })
    this.#write(name, authority)
    return authority
  }

  #leaf(
    name: string,
    issuer: CertificateAndKey,
    request: Omit<CertificateRequest, 'issuer' | 'notBefore' | 'notAfter'>,
  ): CertificatePaths {
    return this.#write(name, createCertificate({ ...request, issuer, ...validity() }))
  }

  #write(name: string, { certificate, key }: CertificateAndKey): CertificatePaths {
    const paths = { cert: this.path(`${name}.crt`), key: this.path(`${name}.key`) }
    writeFileSync(paths.cert, certificate)
    writeFileSync(paths.key, key, { mode: 0o600 })
    return paths
  }
}

const validity = (): { notBefore: Date; notAfter: Date } => ({
  notBefore: new Date(Date.now() - hour),
  notAfter: new Date(Date.now() + 24 * hour),
})
