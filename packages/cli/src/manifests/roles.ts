import type { ServedProject, ServedResource, ServedVersion } from '../project/served-resources.ts'
import { accountOf, labelsOf, type Component, type Manifest, type Placement } from './placement.ts'

interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}

const reading = ['get', 'list', 'watch']

/** They hold for what the API servers serve too. */
const admissionConfigurations = [
  'mutatingwebhookconfigurations',
  'validatingwebhookconfigurations',
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
]

/** What the API servers may do in the cluster: ask who somebody is and what they may, know its namespaces, webhooks and policies, and no more. */
export function apiServerRoles(placement: Placement): Manifest[] {
  const { name } = placement
  return [
    clusterRole(placement, 'apiserver', name, [
      { apiGroups: [''], resources: ['namespaces'], verbs: reading },
      { apiGroups: ['admissionregistration.k8s.io'], resources: admissionConfigurations, verbs: reading },
    ]),
    clusterRoleBinding(placement, name, name),
    clusterRoleBinding(placement, `${name}:system:auth-delegator`, 'system:auth-delegator'),
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      // The ConfigMap that names the trusted authorities is there, and so is its Role.
      metadata: { name: `${name}-auth-reader`, namespace: 'kube-system', labels: labelsOf(placement, 'apiserver') },
      roleRef: roleRef('Role', 'extension-apiserver-authentication-reader'),
      subjects: [subject(placement, 'apiserver')],
    },
  ]
}

/** The controllers may read and change what the project serves, take a Lease and write events. */
export function controllerRoles(placement: Placement, project: ServedProject): Manifest[] {
  const name = `${placement.name}-controller`
  const wanted = new Set([...reading, 'update', 'patch'])
  const served = everyResource(project)
  const rules = [
    ...rulesOf(served, ({ verbs }) => verbs.filter((verb) => wanted.has(verb))),
    ...subresourceRules(served, (subresource) =>
      subresource === 'status' || subresource === 'scale' ? ['get', 'update', 'patch'] : [],
    ),
    ...rulesOf(
      served.filter(({ resource }) => resource.verbs.includes('update')),
      () => ['update'],
      '/finalizers',
    ),
    { apiGroups: ['events.k8s.io', ''], resources: ['events'], verbs: ['create', 'patch', 'update'] },
  ]
  const leases: Rule[] = [
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] },
  ]
  const metadata = { name, namespace: placement.namespace, labels: labelsOf(placement, 'controller') }
  return [
    clusterRole(placement, 'controller', name, rules),
    clusterRoleBinding(placement, name, name, 'controller'),
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules: leases },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata,
      roleRef: roleRef('Role', name),
      subjects: [subject(placement, 'controller')],
    },
  ]
}

/**
 * The cluster's own admin, edit and view grant nothing in a new group: these are added to them. Resources that are in no namespace are for a role of
 * their own, as with the built-in ones.
 */
export function userRoles(placement: Placement, project: ServedProject): Manifest[] {
  const all = everyResource(project)
  const namespaced = all.filter(({ resource }) => resource.namespaced)
  const cluster = all.filter(({ resource }) => !resource.namespaced)
  const { name } = placement
  const aggregated = (role: string, rules: Rule[]): Manifest[] =>
    rules.length
      ? [
          clusterRole(placement, 'apiserver', `${name}-${role}`, rules, {
            [`rbac.authorization.k8s.io/aggregate-to-${role}`]: 'true',
          }),
        ]
      : []
  return [
    ...aggregated('view', viewRules(namespaced)),
    ...aggregated('edit', editRules(namespaced)),
    ...aggregated('admin', editRules(namespaced)),
    ...(cluster.length ? [clusterRole(placement, 'apiserver', `${name}-cluster-scoped-view`, viewRules(cluster))] : []),
    ...(cluster.length ? [clusterRole(placement, 'apiserver', `${name}-cluster-scoped-edit`, editRules(cluster))] : []),
  ]
}

interface Served {
  readonly group: string
  readonly resource: ServedResource
}

/** One for each resource: roles know no versions, so what any version serves counts. */
function everyResource({ groups }: ServedProject): Served[] {
  return groups.flatMap(({ group, versions }) => {
    const byPlural = new Map<string, ServedResource>()
    for (const resource of versions.flatMap((version: ServedVersion) => version.resources))
      byPlural.set(resource.plural, merged(byPlural.get(resource.plural), resource))
    return [...byPlural.values()].map((resource) => ({ group, resource }))
  })
}

function merged(known: ServedResource | undefined, more: ServedResource): ServedResource {
  if (!known) return more
  const names = new Set([...known.subresources, ...more.subresources].map(({ name }) => name))
  const verbsOf = (resource: ServedResource, name: string): readonly string[] =>
    resource.subresources.find((subresource) => subresource.name === name)?.verbs ?? []
  return {
    ...known,
    verbs: [...new Set([...known.verbs, ...more.verbs])].sort(),
    subresources: [...names].map((name) => ({
      name,
      verbs: [...new Set([...verbsOf(known, name), ...verbsOf(more, name)])].sort(),
    })),
  }
}

const viewRules = (served: readonly Served[]): Rule[] => [
  ...rulesOf(served, ({ verbs }) => verbs.filter((verb) => reading.includes(verb))),
  // What a subresource tells may be more than what an object does: only those that are part of it.
  ...subresourceRules(served, (name) => (name === 'status' || name === 'scale' ? ['get'] : [])),
]

const editRules = (served: readonly Served[]): Rule[] => [
  ...rulesOf(served, ({ verbs }) => verbs),
  // The status is the controller's to write.
  ...subresourceRules(served, (name, verbs) => (name === 'status' ? ['get'] : verbs)),
]

/** One rule for all resources of a group that have the same verbs. */
function rulesOf(
  served: readonly Served[],
  verbsOf: (resource: ServedResource) => readonly string[],
  suffix = '',
): Rule[] {
  return grouped(
    served.map(({ group, resource }) => ({ group, name: `${resource.plural}${suffix}`, verbs: verbsOf(resource) })),
  )
}

function subresourceRules(
  served: readonly Served[],
  verbsOf: (name: string, verbs: readonly string[]) => readonly string[],
): Rule[] {
  return grouped(
    served.flatMap(({ group, resource }) =>
      resource.subresources.map(({ name, verbs }) => ({
        group,
        name: `${resource.plural}/${name}`,
        verbs: verbsOf(name, verbs).filter((verb) => verbs.includes(verb)),
      })),
    ),
  )
}

function grouped(entries: readonly { group: string; name: string; verbs: readonly string[] }[]): Rule[] {
  const rules = new Map<string, { apiGroups: string[]; resources: string[]; verbs: readonly string[] }>()
  for (const { group, name, verbs } of entries) {
    if (!verbs.length) continue
    const key = `${group} ${verbs.join()}`
    const rule = rules.get(key)
    if (rule) rule.resources.push(name)
    else rules.set(key, { apiGroups: [group], resources: [name], verbs })
  }
  return [...rules.values()].map((rule) => ({ ...rule, resources: rule.resources.sort() }))
}

const roleRef = (kind: 'Role' | 'ClusterRole', name: string): unknown => ({
  apiGroup: 'rbac.authorization.k8s.io',
  kind,
  name,
})

const subject = (placement: Placement, component: Component): unknown => ({
  kind: 'ServiceAccount',
  name: accountOf(placement, component),
  namespace: placement.namespace,
})

function clusterRole(
  placement: Placement,
  component: Component,
  name: string,
  rules: readonly Rule[],
  labels: Record<string, string> = {},
): Manifest {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name, labels: { ...labelsOf(placement, component), ...labels } },
    rules,
  }
}

function clusterRoleBinding(
  placement: Placement,
  name: string,
  role: string,
  component: Component = 'apiserver',
): Manifest {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name, labels: labelsOf(placement, component) },
    roleRef: roleRef('ClusterRole', role),
    subjects: [subject(placement, component)],
  }
}
