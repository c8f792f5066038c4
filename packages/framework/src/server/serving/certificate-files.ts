import { X509Certificate } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { privilegedGroup } from '../../auth/authentication/authenticator.ts'
import { createCertificate, type CertificateAndKey } from './certificate-builder.ts'

/** The server's own authority, its serving certificate and its administrator, all PEM. */
export interface OwnCertificates {
  readonly ca: CertificateAndKey
  readonly serving: CertificateAndKey
  readonly servingFiles: { readonly certFile: string; readonly keyFile: string }
  /** Client certificate of a member of `system:masters`. */
  readonly admin: CertificateAndKey
}

const dayMs = 24 * 60 * 60 * 1000
const caDays = 3650
const leafDays = 365
/** A certificate that has no longer to live than this is made anew. */
const renewBeforeMs = 30 * dayMs

/** Reads `ca`, `apiserver` and `admin` (`.crt` and `.key`) below `directory`; makes what is missing, about to expire or of another authority. */
export function ownCertificates(directory: string, names: readonly string[]): OwnCertificates {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const ca = kept(directory, 'ca', isFresh) ?? made(directory, 'ca', { commonName: 'apiserver-kit-ca', ca: {} }, caDays)
  const ours = (pair: X509Certificate): boolean =>
    isFresh(pair) && pair.verify(new X509Certificate(ca.certificate).publicKey)
  const serving =
    kept(directory, 'apiserver', (pair) => ours(pair) && names.every((name) => covers(pair, name))) ??
    made(directory, 'apiserver', { commonName: 'apiserver', names, usages: ['serverAuth'], issuer: ca }, leafDays)
  const admin =
    kept(directory, 'admin', ours) ??
    made(
      directory,
      'admin',
      { commonName: 'kubernetes-admin', organizations: [privilegedGroup], usages: ['clientAuth'], issuer: ca },
      leafDays,
    )
  const [certFile, keyFile] = [join(directory, 'apiserver.crt'), join(directory, 'apiserver.key')]
  return { ca, serving, servingFiles: { certFile, keyFile }, admin }
}

/** Looks every day whether a certificate has to be made anew: a server may run for longer than they live. */
export function renewDaily(
  directory: string,
  names: readonly string[],
  onError: (error: unknown) => void,
): NodeJS.Timeout {
  return setInterval(() => {
    try {
      ownCertificates(directory, names)
    } catch (error) {
      onError(error)
    }
  }, dayMs).unref()
}

const isFresh = (certificate: X509Certificate): boolean => Date.parse(certificate.validTo) - Date.now() > renewBeforeMs

const covers = (certificate: X509Certificate, name: string): boolean =>
  (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined

function kept(
  directory: string,
  name: string,
  acceptable: (certificate: X509Certificate) => boolean,
): CertificateAndKey | undefined {
  const [crt, key] = [join(directory, `${name}.crt`), join(directory, `${name}.key`)]
  if (!existsSync(crt) || !existsSync(key)) return undefined
  const pair = { certificate: readFileSync(crt, 'utf8'), key: readFileSync(key, 'utf8') }
  return acceptable(new X509Certificate(pair.certificate)) ? pair : undefined
}

function made(
  directory: string,
  name: string,
  request: Omit<Parameters<typeof createCertificate>[0], 'notBefore' | 'notAfter'>,
  days: number,
): CertificateAndKey {
  const now = Date.now()
  const pair = createCertificate({
    ...request,
    notBefore: new Date(now - 60 * 60 * 1000),
    notAfter: new Date(now + days * dayMs),
  })
  // The key first: a certificate without its key is made anew, the reverse too.
  writePrivate(join(directory, `${name}.key`), pair.key)
  writePrivate(join(directory, `${name}.crt`), pair.certificate)
  return pair
}

/** Whole or not at all, and for nobody else's eyes. */
export function writePrivate(path: string, text: string): void {
  const temporary = `${path}.${String(process.pid)}.tmp`
  writeFileSync(temporary, text, { mode: 0o600 })
  chmodSync(temporary, 0o600)
  renameSync(temporary, path)
}
