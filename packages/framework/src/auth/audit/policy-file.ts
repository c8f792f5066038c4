import { isObject, type JsonObject, type JsonValue } from '../../util/json.ts'
import { parseYaml } from '../../util/yaml.ts'
import { auditLevels, auditStages } from './event.ts'
import { AuditPolicy, type AuditGroupResources, type AuditRule } from './policy.ts'

const members: Readonly<Record<'policy' | 'rule' | 'resources', readonly string[]>> = {
  policy: ['apiVersion', 'kind', 'metadata', 'rules', 'omitStages', 'omitManagedFields'],
  rule: [
    'level',
    'users',
    'userGroups',
    'verbs',
    'resources',
    'namespaces',
    'nonResourceURLs',
    'omitStages',
    'omitManagedFields',
  ],
  resources: ['group', 'resources', 'resourceNames'],
}

/**
 * Reads a policy file, YAML or JSON (`audit.k8s.io/v1` Policy). `onWarning` is told of members that nobody knows. Throws, with the place, what makes it
 * no policy. Source: audit/policy/reader.go, apis/audit/validation.
 */
export function readAuditPolicy(text: string, onWarning: (text: string) => void): AuditPolicy {
  const policy = parseYaml(text)
  if (!isObject(policy)) throw new TypeError('the audit policy is no object')
  if (policy['apiVersion'] !== 'audit.k8s.io/v1' || policy['kind'] !== 'Policy')
    throw new TypeError('the audit policy must be of apiVersion audit.k8s.io/v1 and kind Policy')
  const unknown = (what: keyof typeof members, object: JsonObject, path: string): void => {
    for (const name of Object.keys(object))
      if (!members[what].includes(name)) onWarning(`unknown field "${path}${name}"`)
  }
  unknown('policy', policy, '')
  const rules = policy['rules']
  if (!Array.isArray(rules) || !rules.length) throw new TypeError('the audit policy has no rules')
  return new AuditPolicy(
    rules.map((rule, i) => {
      const path = `rules[${String(i)}].`
      if (!isObject(rule)) throw new TypeError(`${path.slice(0, -1)} is no object`)
      unknown('rule', rule, path)
      return ruleOf(rule, path, (resources, at) => unknown('resources', resources, at))
    }),
    {
      omitStages: oneOf(policy['omitStages'], auditStages, 'omitStages'),
      omitManagedFields: policy['omitManagedFields'] === true,
    },
  )
}

function ruleOf(rule: JsonObject, path: string, seen: (resources: JsonObject, path: string) => void): AuditRule {
  const [level] = oneOf([rule['level'] ?? null], auditLevels, `${path}level`)
  const resources = groupsOf(rule['resources'], path, seen)
  const namespaces = texts(rule['namespaces'], `${path}namespaces`)
  const nonResourceURLs = texts(rule['nonResourceURLs'], `${path}nonResourceURLs`)
  if (nonResourceURLs.length && (resources.length || namespaces.length))
    throw new TypeError(`${path}nonResourceURLs: rules cannot apply to both regular resources and non-resource URLs`)
  for (const url of nonResourceURLs) {
    if (url !== '*' && !url.startsWith('/'))
      throw new TypeError(`${path}nonResourceURLs: ${url} must begin with a slash`)
    if (url.slice(0, -1).includes('*')) throw new TypeError(`${path}nonResourceURLs: ${url}: * is for the end alone`)
  }
  const omit = rule['omitManagedFields']
  return {
    level: level ?? 'None',
    users: texts(rule['users'], `${path}users`),
    userGroups: texts(rule['userGroups'], `${path}userGroups`),
    verbs: texts(rule['verbs'], `${path}verbs`),
    resources,
    namespaces,
    nonResourceURLs,
    omitStages: oneOf(rule['omitStages'], auditStages, `${path}omitStages`),
    omitManagedFields: typeof omit === 'boolean' ? omit : undefined,
  }
}

function groupsOf(
  value: JsonValue | undefined,
  path: string,
  seen: (resources: JsonObject, path: string) => void,
): AuditGroupResources[] {
  return items(value, `${path}resources`).map((item, i) => {
    const at = `${path}resources[${String(i)}].`
    if (!isObject(item)) throw new TypeError(`${at.slice(0, -1)} is no object`)
    seen(item, at)
    const resources = texts(item['resources'], `${at}resources`)
    const resourceNames = texts(item['resourceNames'], `${at}resourceNames`)
    if (resourceNames.length && !resources.length)
      throw new TypeError(`${at}resourceNames: using resourceNames requires at least one resource`)
    return { group: typeof item['group'] === 'string' ? item['group'] : '', resources, resourceNames }
  })
}

function items(value: JsonValue | undefined, path: string): readonly JsonValue[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw new TypeError(`${path} is no list`)
  return value
}

function texts(value: JsonValue | undefined, path: string): string[] {
  return items(value, path).map((item) => {
    if (typeof item !== 'string') throw new TypeError(`${path} holds what is no text`)
    return item
  })
}

function oneOf<T extends string>(value: JsonValue | undefined, allowed: readonly T[], path: string): T[] {
  return items(value, path).map((item) => {
    const known = allowed.find((name) => name === item)
    if (known === undefined) throw new TypeError(`${path}: must be one of ${allowed.join(', ')}`)
    return known
  })
}
