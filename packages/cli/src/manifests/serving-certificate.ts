import { X509Certificate } from 'node:crypto'
import type { Changes, SourceFile } from '../scaffold/changes.ts'
import { runInProject } from '../project/run-in-project.ts'
import { servingName, servingNames, type Placement } from './placement.ts'

/** A serving certificate with its key, and the authorities that APIServices trust: PEM. */
interface ServingCertificate {
  readonly files: readonly SourceFile[]
  readonly authorities: string
}

const dayMs = 86_400_000
/** A certificate with less time left than this is made anew. */
const renewBeforeMs = 60 * dayMs

/** The certificate below `folder` where it is good for the names, else a new one. Old authorities stay trusted until they expire. */
export async function servingCertificate(
  changes: Changes,
  folder: string,
  placement: Placement,
  { rotate }: { readonly rotate: boolean },
): Promise<ServingCertificate> {
  const paths = { ca: `${folder}/ca.crt`, crt: `${folder}/tls.crt`, key: `${folder}/tls.key` }
  const trusted = certificatesIn(changes.read(paths.ca) ?? '').filter((pem) => msLeft(pem) > 0)
  const crt = changes.read(paths.crt)
  const key = changes.read(paths.key)
  if (!rotate && crt !== undefined && key !== undefined && trusted.length && isGood(crt, placement))
    return { files: [], authorities: trusted.join('') }
  const made = (await runInProject(changes.directory, source, {
    name: servingName(placement),
    names: servingNames(placement),
    authority: `${placement.name}-ca`,
  })) as { ca: string; certificate: string; key: string }
  const authorities = [made.ca, ...trusted].join('')
  return {
    authorities,
    files: [
      { path: paths.ca, text: authorities },
      { path: paths.crt, text: made.certificate },
      { path: paths.key, text: made.key, secret: true },
      { path: `${folder}/.gitignore`, text: 'tls.key\n' },
    ],
  }
}

/** The authority signs one certificate, and its key is forgotten: whoever finds this folder can make no further ones. */
const source = `
const { createCertificate } = await import('@apiserver-kit/framework/testing')
const now = Date.now()
const day = 86400000
const notBefore = new Date(now - day / 24)
const notAfter = new Date(now + 730 * day)
const ca = createCertificate({ commonName: input.authority, ca: { pathLength: 0 }, notBefore, notAfter })
const { certificate, key } = createCertificate({
  commonName: input.name, names: input.names, usages: ['serverAuth'], issuer: ca, notBefore, notAfter,
})
answer({ ca: ca.certificate, certificate, key })`

function isGood(crt: string, placement: Placement): boolean {
  if (msLeft(crt) < renewBeforeMs) return false
  const certificate = new X509Certificate(crt)
  return servingNames(placement).every((name) => certificate.checkHost(name) !== undefined)
}

const msLeft = (pem: string): number => Date.parse(new X509Certificate(pem).validTo) - Date.now()

const certificatesIn = (pem: string): string[] =>
  [...pem.matchAll(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/g)].map(([text]) => text)
