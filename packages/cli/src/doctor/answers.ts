import type { Answer } from '../cluster/http-client.ts'
import { at, listAt, textAt } from '../cluster/members.ts'
import { consequence, good, problem, unknown, type Examination, type Finding } from './examination.ts'

/** What the cluster itself makes of it. */
export function availableStep(exam: Examination): Promise<Finding> {
  const step = 'Available'
  const condition = exam.available
  if (textAt(condition, 'status') === 'True') return Promise.resolve(good(step, 'the cluster says so'))
  const [reason, message] = [textAt(condition, 'reason') || 'Unknown', textAt(condition, 'message')]
  const says = `the cluster says: ${reason}: ${message}`
  if (unreachable.test(message))
    return Promise.resolve(
      problem(
        step,
        `kube-apiserver cannot reach the pods: ${message}`,
        'let the control plane in: NetworkPolicies, firewalls (port 8443 from the control plane to the nodes), or --enable-aggregator-routing where kube-apiserver has no kube-proxy',
      ),
    )
  if (/\b401\b|Unauthorized/.test(message))
    return Promise.resolve(
      problem(
        step,
        `the server does not believe the cluster's front proxy: ${message}`,
        'kube-apiserver needs --proxy-client-cert-file signed by --requestheader-client-ca-file; restart the server when that changed long ago',
      ),
    )
  if (/bad status from \S+: 404/.test(message)) return Promise.resolve(notServed(step, exam, message))
  return Promise.resolve(consequence(step, says, `kubectl describe apiservice ${exam.name}`))
}

/** As kube-apiserver says that nobody is there, by itself or through the proxy of an egress selector (konnectivity). */
const unreachable =
  /context deadline exceeded|Client\.Timeout exceeded|i\/o timeout|no route to host|connection refused|client connection lost|while dialing/

const notServed = (step: string, exam: Examination, said: string): Finding =>
  problem(
    step,
    `the server does not serve this version: ${said}`,
    `install it in server/resources.ts, or \`kubectl delete apiservice ${exam.name}\``,
  )

/** What the server says through the cluster. */
export async function discoveryStep(exam: Examination): Promise<Finding> {
  const step = 'Discovery'
  const path = `/apis/${exam.group}/${exam.version}`
  const answer = await exam.ask(path)
  if (answer === undefined) return consequence(step, `${path} has no answer`, `kubectl get --raw ${path}`)
  if (answer.status !== 200) return refused(step, exam, answer)
  const resources = listAt(answer.json, 'resources')
  if (answer.json['kind'] !== 'APIResourceList' || !resources.length)
    return problem(
      step,
      `${path} is no list of resources: whoever answers is no extension API server, or serves nothing`,
      'look what the Service chooses, and what server/resources.ts installs',
    )
  if (answer.json['groupVersion'] !== `${exam.group}/${exam.version}`)
    return problem(
      step,
      `${path} is of ${textAt(answer.json, 'groupVersion')}`,
      'the Service chooses the pods of another server',
    )
  return good(step, resources.map(({ name }) => String(name)).join(', '))
}

function refused(step: string, exam: Examination, { status, path, json, text }: Answer): Finding {
  const said = textAt(json, 'message') || text.trim().slice(0, 200)
  if (status === 403)
    return problem(
      step,
      `${path} answers 403: ${said}`,
      'the access reviews of the server fail, or system:discovery is not bound to system:authenticated',
    )
  if (status === 401)
    return problem(
      step,
      `${path} answers 401: the server does not believe the cluster's front proxy`,
      'compare requestheader-client-ca-file with the issuer of --proxy-client-cert-file of kube-apiserver',
    )
  if (status === 404) return notServed(step, exam, `${path} answers 404`)
  return consequence(step, `${path} answers ${status}: ${said}`, `kubectl get --raw ${path}`)
}

/** kube-aggregator asks each server for its schemas once a minute, and after a failure within 30 s. Source: openapiv3/controller.go. */
const schemasWithinSeconds = 90

/** Without it kubectl explain, apply and validate know nothing. */
export async function openApiStep(exam: Examination): Promise<Finding> {
  const step = 'OpenAPI'
  const document = `apis/${exam.group}/${exam.version}`
  const index = await exam.ask('/openapi/v3')
  if (index === undefined)
    return consequence(step, '/openapi/v3 has no answer', `kubectl describe apiservice ${exam.name}`)
  if (index.status !== 200) return exam.notAllowed(step, index)
  const url = textAt(index.json, 'paths', document, 'serverRelativeURL')
  const seconds = exam.availableSeconds
  // The clock of this machine may be another: far off, it says nothing.
  if (url === '' && seconds !== undefined && Math.abs(seconds) < schemasWithinSeconds)
    return unknown(
      step,
      `/openapi/v3 of the cluster has no ${document} yet: it asks for it within a minute, and the server is available for ${Math.max(0, seconds).toFixed(0)} s; look again then`,
      'run this again in a minute',
    )
  if (url === '')
    return consequence(
      step,
      `/openapi/v3 of the cluster has no ${document}: kubectl explain and apply know no schema`,
      'the server must answer /openapi/v3; the cluster asks anew within a minute',
    )
  const answer = await exam.ask(url)
  if (answer?.status !== 200 || at(answer.json, 'components', 'schemas') === undefined)
    return consequence(
      step,
      `${url} answers ${answer?.status ?? 'nothing'} and no schemas`,
      `kubectl get --raw '${url}'`,
    )
  return good(step, `${Object.keys(at(answer.json, 'components', 'schemas') as object).length} schemas`)
}
