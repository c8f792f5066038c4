import type { GroupVersionResource } from '../../../meta/group-version.ts'
import type { AdmissionAttributes } from '../attributes.ts'
import type { RuleWithOperations } from '../configuration/registration.ts'
import type { EquivalentResource } from '../objects.ts'

const includes = (items: readonly string[] | undefined, asked: string): boolean =>
  items?.some((item) => item === '*' || item === asked) === true

/** Whether a rule is about a write, were it one of `resource`. Source: admission/plugin/webhook/predicates/rules. */
export function ruleMatches(
  rule: RuleWithOperations,
  { operation, namespace, subresource, name }: AdmissionAttributes,
  resource: GroupVersionResource,
): boolean {
  return (
    inScope(rule.scope, resource, namespace) &&
    includes(rule.operations, operation) &&
    includes(rule.apiGroups, resource.group) &&
    includes(rule.apiVersions, resource.version) &&
    rule.resources?.some((pattern) => isOf(pattern, resource.resource, subresource)) === true &&
    (!rule.resourceNames?.length || rule.resourceNames.includes(name))
  )
}

export const isNamespaces = ({ group, resource }: GroupVersionResource): boolean =>
  group === '' && resource === 'namespaces'

/** A namespace is in no namespace, whatever the request says. */
function inScope(scope: string | undefined, resource: GroupVersionResource, namespace: string): boolean {
  if (scope === undefined || scope === '*') return true
  const isNamespaced = !isNamespaces(resource) && namespace !== ''
  return scope === 'Namespaced' ? isNamespaced : scope === 'Cluster' && !isNamespaced
}

/** `pods`, `pods/log`, `pods/*`, and the same with `*` for the resource. `*` alone is of no subresource. */
function isOf(pattern: string, resource: string, subresource: string): boolean {
  const slash = pattern.indexOf('/')
  const [main, sub] = slash < 0 ? [pattern, ''] : [pattern.slice(0, slash), pattern.slice(slash + 1)]
  return (main === '*' || main === resource) && (sub === '*' || sub === subresource)
}

/**
 * The resource that the rules see in a write: the one of the request, or with the policy `Equivalent` the same objects in another version. Undefined:
 * they are not about it.
 */
export function matchedResource(
  rules: readonly RuleWithOperations[],
  matchPolicy: string | undefined,
  attributes: AdmissionAttributes,
): EquivalentResource | undefined {
  const { resource, kind } = attributes
  if (rules.some((rule) => ruleMatches(rule, attributes, resource))) return { resource, kind }
  if (matchPolicy !== 'Equivalent') return undefined
  const others = (attributes.objects?.equivalents ?? []).filter((other) => other.resource.version !== resource.version)
  for (const rule of rules) for (const other of others) if (ruleMatches(rule, attributes, other.resource)) return other
  return undefined
}
