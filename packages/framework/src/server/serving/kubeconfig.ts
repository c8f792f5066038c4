import type { CertificateAndKey } from './certificate-builder.ts'

/** A kubeconfig with everything inside: JSON, which is YAML too. */
export function kubeconfigText(server: string, ca: string, client: CertificateAndKey): string {
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  const name = 'apiserver-kit'
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'certificate-authority-data': base64(ca) } }],
    users: [
      {
        name: 'admin',
        user: { 'client-certificate-data': base64(client.certificate), 'client-key-data': base64(client.key) },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: 'admin', namespace: 'default' } }],
    'current-context': name,
  }
  return `${JSON.stringify(config, undefined, 2)}\n`
}
