import { at, listAt, textAt } from '../cluster/members.ts'
import type { Json } from '../cluster/http-client.ts'
import { consequence, good, problem, type Examination, type Finding } from './examination.ts'

export async function apiServiceStep(exam: Examination): Promise<Finding> {
  const step = 'APIService'
  const answer = await exam.get(`/apis/apiregistration.k8s.io/v1/apiservices/${exam.name}`)
  if (answer.status === 404)
    return problem(
      step,
      `there is no APIService ${exam.name}: the cluster sends nobody to the server`,
      'write it by `apiserver-kit manifests`, and lay it by `kubectl apply -k manifests/overlays/default`',
    )
  if (answer.status !== 200) return exam.notAllowed(step, answer)
  exam.apiService = answer.json
  if (exam.serviceName === '')
    return (
      (await takenBack(step, exam)) ??
      problem(
        step,
        `${exam.name} names no Service`,
        'give it spec.service, or delete it: `apiserver-kit manifests` writes one',
      )
    )
  if (`${exam.version}.${exam.group}` !== exam.name)
    return problem(
      step,
      `${exam.name} is of group ${exam.group} and version ${exam.version}`,
      `its name must be ${exam.version}.${exam.group}`,
    )
  return good(step, `${exam.name} sends to the Service ${exam.namespace}/${exam.serviceName}`)
}

/** For each version of a CustomResourceDefinition kube-apiserver keeps an APIService, whatever else is laid in its place. */
async function takenBack(step: string, exam: Examination): Promise<Finding | undefined> {
  if (at(exam.apiService, 'metadata', 'labels', 'kube-aggregator.kubernetes.io/automanaged') === undefined) return
  const { json } = await exam.get('/apis/apiextensions.k8s.io/v1/customresourcedefinitions')
  const names = listAt(json, 'items')
    .filter(({ spec }) => textAt(spec, 'group') === exam.group)
    .filter(({ spec }) => listAt(spec, 'versions').some(({ name }) => name === exam.version))
    .map((definition) => textAt(definition, 'metadata', 'name'))
  if (!names.length) return
  return problem(
    step,
    `kube-apiserver keeps ${exam.name} for the CustomResourceDefinition ${names.join(', ')}, which serves the same version of the same group`,
    `keep the objects that are wanted, then \`kubectl delete customresourcedefinition ${names.join(' ')}\`, and lay the manifests anew`,
  )
}

export async function serviceStep(exam: Examination): Promise<Finding> {
  const step = 'Service'
  const services = `/api/v1/namespaces/${exam.namespace}/services`
  const answer = await exam.get(`${services}/${exam.serviceName}`)
  if (answer.status === 404) {
    const others = listAt((await exam.get(services)).json, 'items').map((item) => textAt(item, 'metadata', 'name'))
    return problem(
      step,
      `there is no Service ${exam.namespace}/${exam.serviceName}`,
      others.length
        ? `spec.service of the APIService should name one of ${others.join(', ')}`
        : `nothing is deployed in ${exam.namespace}: \`kubectl apply -k manifests/overlays/default\``,
    )
  }
  if (answer.status !== 200) return exam.notAllowed(step, answer)
  exam.service = answer.json
  const wanted = Number(at(exam.apiService, 'spec', 'service', 'port') ?? 443)
  const ports = listAt(exam.service, 'spec', 'ports').map(({ port }) => Number(port))
  if (!ports.includes(wanted))
    return problem(
      step,
      `the Service has the port ${ports.join(', ') || 'none'}, the APIService wants ${wanted}`,
      `set spec.service.port of the APIService to ${ports[0] ?? 443}`,
    )
  return good(step, `it has port ${wanted}`)
}

export async function endpointsStep(exam: Examination): Promise<Finding> {
  const step = 'Endpoints'
  const selector = (at(exam.service, 'spec', 'selector') ?? {}) as Record<string, string>
  const wanted = Object.entries(selector)
    .map(([name, value]) => `${name}=${value}`)
    .join(',')
  const pods = await exam.get(`/api/v1/namespaces/${exam.namespace}/pods?labelSelector=${encodeURIComponent(wanted)}`)
  if (pods.status !== 200) return exam.notAllowed(step, pods)
  exam.pods = listAt(pods.json, 'items')
  if (!exam.pods.length) {
    const others = listAt((await exam.get(`/api/v1/namespaces/${exam.namespace}/pods`)).json, 'items')
    return problem(
      step,
      `the selector of the Service (${wanted}) chooses no pod`,
      others.length
        ? `let it choose the labels of the pods there: ${labelsOf(others[0])}`
        : `no pod is there: \`kubectl --namespace ${exam.namespace} get deployments,events\` says why`,
    )
  }
  const path = `/apis/discovery.k8s.io/v1/namespaces/${exam.namespace}/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3D${exam.serviceName}`
  const slices = await exam.get(path)
  if (slices.status !== 200) return exam.notAllowed(step, slices)
  const endpoints = listAt(slices.json, 'items').flatMap((slice) => listAt(slice, 'endpoints'))
  const ready = endpoints.filter((endpoint) => at(endpoint, 'conditions', 'ready') !== false)
  if (!ready.length) return whyNotReady(step, exam)
  const named = listAt(exam.service, 'spec', 'ports')
    .map((port) => port['targetPort'])
    .find((port) => typeof port === 'string')
  const ports = exam.pods
    .flatMap((pod) => listAt(pod, 'spec', 'containers'))
    .flatMap((container) => listAt(container, 'ports'))
  if (named !== undefined && !ports.some(({ name }) => name === named))
    return problem(
      step,
      `no container has a port called ${named}, which the Service sends to`,
      `name the container's port ${named}, or give the Service a number`,
    )
  return good(step, `${ready.length} of ${endpoints.length} are ready`)
}

function whyNotReady(step: string, exam: Examination): Finding {
  const where = `kubectl --namespace ${exam.namespace}`
  for (const pod of exam.pods) {
    const name = textAt(pod, 'metadata', 'name')
    const unscheduled = listAt(pod, 'status', 'conditions').find(
      (c) => c['type'] === 'PodScheduled' && c['status'] === 'False',
    )
    if (unscheduled)
      return problem(
        step,
        `no node takes the pod ${name}: ${textAt(unscheduled, 'message')}`,
        'make room, or change what the pod asks for in manifests/overlays',
      )
    for (const container of listAt(pod, 'status', 'containerStatuses')) {
      const reason = textAt(container, 'state', 'waiting', 'reason')
      if (/ImagePull|ErrImage|InvalidImage/.test(reason))
        return problem(
          step,
          `the image ${textAt(container, 'image')} of the pod ${name} cannot be had (${reason})`,
          'push it, or name another: `apiserver-kit manifests --image REGISTRY/NAME:TAG`',
        )
      if (reason === 'CrashLoopBackOff' || at(container, 'state', 'terminated') !== undefined)
        return consequence(
          step,
          `the pod ${name} ends again and again${textAt(container, 'lastState', 'terminated', 'message') && `: ${textAt(container, 'lastState', 'terminated', 'message')}`}`,
          `${where} logs ${name} --previous`,
        )
      if (reason === 'CreateContainerConfigError')
        return problem(
          step,
          `the pod ${name} lacks what it mounts: ${textAt(container, 'state', 'waiting', 'message')}`,
          `${where} describe pod ${name}`,
        )
    }
  }
  const [first] = exam.pods
  const name = textAt(first, 'metadata', 'name')
  return consequence(
    step,
    `the pod ${name} runs and is not ready`,
    `${where} logs ${name}; ${where} get --raw '/api/v1/namespaces/${exam.namespace}/pods/https:${name}:8443/proxy/readyz?verbose'`,
  )
}

const labelsOf = (pod: Json | undefined): string =>
  Object.entries((at(pod, 'metadata', 'labels') ?? {}) as Record<string, string>)
    .map(([name, value]) => `${name}=${value}`)
    .join(',')
