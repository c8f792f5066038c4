import { X509Certificate } from 'node:crypto'
import { at, listAt, textAt } from '../cluster/members.ts'
import { good, problem, type Examination, type Finding } from './examination.ts'

/** The name that the cluster asks the server's certificate for, and whether the authority of the APIService signed it. */
export async function tlsStep(exam: Examination): Promise<Finding> {
  const step = 'TLS'
  const host = `${exam.serviceName}.${exam.namespace}.svc`
  if (at(exam.apiService, 'spec', 'insecureSkipTLSVerify') === true)
    return problem(
      step,
      'insecureSkipTLSVerify: the cluster believes whoever answers',
      'give the APIService a caBundle: `apiserver-kit manifests` does',
    )
  const bundle = textAt(exam.apiService, 'spec', 'caBundle')
  if (bundle === '') {
    const injected = textAt(exam.apiService, 'metadata', 'annotations', 'cert-manager.io/inject-ca-from')
    return injected === ''
      ? problem(
          step,
          'the APIService has no caBundle: the cluster knows no authority for the certificate',
          'give it the PEM of the authority, in base64: `apiserver-kit manifests` does',
        )
      : problem(
          step,
          'cert-manager has put no caBundle into the APIService',
          `kubectl --namespace ${exam.namespace} get certificates; kubectl --namespace cert-manager logs deployment/cert-manager-cainjector`,
        )
  }
  const authorities = certificatesIn(Buffer.from(bundle, 'base64').toString())
  if (!authorities.length)
    return problem(step, 'caBundle of the APIService is no PEM in base64', 'run `apiserver-kit manifests` anew')
  const [serving, secret] = await servingCertificate(exam)
  if (!serving)
    return (
      saidByCluster(step, exam, host) ??
      good(step, 'the Secret of the certificate cannot be seen, and the cluster has no complaint')
    )
  const now = Date.now()
  const anew =
    'make a new one: `apiserver-kit manifests --rotate-certificate`, then `kubectl apply -k manifests/overlays/default`'
  if (new Date(serving.validTo).getTime() < now)
    return problem(
      step,
      `the certificate in the Secret ${secret} expired on ${new Date(serving.validTo).toISOString().slice(0, 10)}`,
      anew,
    )
  if (new Date(serving.validFrom).getTime() > now)
    return problem(
      step,
      `the certificate in the Secret ${secret} is not valid before ${serving.validFrom}`,
      'set the clocks of the machines',
    )
  if (serving.checkHost(host) === undefined)
    return problem(
      step,
      `the certificate in the Secret ${secret} is for ${serving.subjectAltName ?? serving.subject}, and the cluster asks for ${host}`,
      `its names must hold DNS:${host}; ${anew}`,
    )
  if (!authorities.some((authority) => serving.checkIssued(authority) && serving.verify(authority.publicKey)))
    return problem(
      step,
      `no authority in caBundle signed the certificate in the Secret ${secret} (its issuer is ${serving.issuer.replaceAll('\n', ', ')})`,
      'the APIService and the Secret are of different runs: `kubectl apply -k manifests/overlays/default` lays both',
    )
  return good(
    step,
    `the certificate is for ${host}, and valid until ${new Date(serving.validTo).toISOString().slice(0, 10)}`,
  )
}

async function servingCertificate(
  exam: Examination,
): Promise<[certificate: X509Certificate | undefined, secret: string]> {
  const names = exam.pods
    .flatMap((pod) => listAt(pod, 'spec', 'volumes'))
    .map((volume) => textAt(volume, 'secret', 'secretName'))
    .filter((name) => name !== '')
  for (const name of new Set(names)) {
    const { json } = await exam.get(`/api/v1/namespaces/${exam.namespace}/secrets/${name}`)
    const [certificate] = certificatesIn(Buffer.from(textAt(json, 'data', 'tls.crt'), 'base64').toString())
    // That of a client of etcd is there, too, and serves nobody.
    if (certificate && !/etcd/.test(name)) return [certificate, name]
  }
  return [undefined, '']
}

function saidByCluster(step: string, exam: Examination, host: string): Finding | undefined {
  const message = textAt(exam.available, 'message')
  if (/signed by unknown authority/.test(message))
    return problem(
      step,
      'no authority in caBundle signed the certificate of the server',
      'give the APIService the authority that did: `apiserver-kit manifests`',
    )
  if (/certificate has expired/.test(message))
    return problem(
      step,
      'the certificate of the server has expired',
      'make a new one: `apiserver-kit manifests --rotate-certificate`',
    )
  if (/certificate is valid for|cannot validate certificate/.test(message))
    return problem(
      step,
      `the certificate of the server is for another name: ${message}`,
      `its names must hold DNS:${host}`,
    )
  return undefined
}

/** Who the server believes when he says for whom he asks: the cluster's front proxy. */
export async function requestHeaderStep(exam: Examination): Promise<Finding> {
  const step = 'Request headers'
  const name = 'extension-apiserver-authentication'
  const answer = await exam.get(`/api/v1/namespaces/kube-system/configmaps/${name}`)
  const flags =
    'run kube-apiserver with --requestheader-client-ca-file, --requestheader-allowed-names, --proxy-client-cert-file and --proxy-client-key-file'
  if (answer.status === 404) return problem(step, `there is no ConfigMap kube-system/${name}`, flags)
  if (answer.status !== 200) return exam.notAllowed(step, answer)
  const authorities = certificatesIn(textAt(answer.json, 'data', 'requestheader-client-ca-file'))
  if (!authorities.length)
    return problem(
      step,
      `the ConfigMap kube-system/${name} has no requestheader-client-ca-file: the cluster has no front proxy`,
      flags,
    )
  if (authorities.every(({ validTo }) => new Date(validTo).getTime() < Date.now()))
    return problem(
      step,
      'the authority of the front proxy has expired',
      'renew the certificates of the control plane (kubeadm certs renew front-proxy-client)',
    )
  const allowed = await exam.http.send('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    body: review(exam, { verb: 'get', resource: 'configmaps', namespace: 'kube-system', name }),
  })
  if (allowed.status !== 201 && allowed.status !== 200) return exam.notAllowed(step, allowed)
  if (exam.serviceAccount !== undefined && at(allowed.json, 'status', 'allowed') !== true)
    return problem(
      step,
      `the server's account ${exam.namespace}/${exam.serviceAccount} may not read the ConfigMap kube-system/${name}`,
      `kubectl --namespace kube-system create rolebinding ${exam.serviceName}-auth-reader --role=extension-apiserver-authentication-reader --serviceaccount=${exam.namespace}:${exam.serviceAccount}`,
    )
  return good(step, 'the server may know the authority of the front proxy')
}

/** Whom the server asks who somebody is, and what he may. */
export async function accessReviewStep(exam: Examination): Promise<Finding> {
  const step = 'Access reviews'
  for (const [group, resource] of [
    ['authentication.k8s.io', 'tokenreviews'],
    ['authorization.k8s.io', 'subjectaccessreviews'],
  ] as const) {
    const body = review(exam, { verb: 'create', group, resource })
    const answer = await exam.http.send('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { body })
    if (answer.status !== 201 && answer.status !== 200) return exam.notAllowed(step, answer)
    if (exam.serviceAccount !== undefined && at(answer.json, 'status', 'allowed') !== true)
      return problem(
        step,
        `the server's account ${exam.namespace}/${exam.serviceAccount} may not create ${resource}.${group}: it can let nobody in`,
        `kubectl create clusterrolebinding ${exam.serviceName}:system:auth-delegator --clusterrole=system:auth-delegator --serviceaccount=${exam.namespace}:${exam.serviceAccount}`,
      )
  }
  return good(step, 'the server may ask the cluster who somebody is, and what he may')
}

const review = (exam: Examination, resourceAttributes: object): object => ({
  apiVersion: 'authorization.k8s.io/v1',
  kind: 'SubjectAccessReview',
  spec: {
    user: `system:serviceaccount:${exam.namespace}:${exam.serviceAccount ?? 'default'}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${exam.namespace}`, 'system:authenticated'],
    resourceAttributes,
  },
})

function certificatesIn(pem: string): X509Certificate[] {
  const texts = [...pem.matchAll(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)].map(([text]) => text)
  return texts.flatMap((text) => {
    try {
      return [new X509Certificate(text)]
    } catch {
      return []
    }
  })
}
