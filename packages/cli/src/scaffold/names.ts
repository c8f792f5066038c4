/** Each `…Problem` says what is wrong, as the end of a sentence, and gives an example; undefined: nothing. */

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/

export const domainProblem = (domain: string): string | undefined =>
  domain.length <= 200 && domain.split('.').length >= 2 && domain.split('.').every((part) => label.test(part))
    ? undefined
    : 'must be a DNS name in lower case with a dot in it, as example.com'

export const groupProblem = (group: string): string | undefined =>
  label.test(group) && group.length <= 50
    ? undefined
    : "must be one word in lower case, as shop; the project's domain is added to it"

export const versionProblem = (version: string): string | undefined =>
  /^v[1-9]\d*((alpha|beta)[1-9]\d*)?$/.test(version) ? undefined : 'must be as v1alpha1, v1beta1 or v1'

export const kindProblem = (kind: string): string | undefined =>
  /^[A-Z][A-Za-z0-9]{0,60}$/.test(kind) ? undefined : 'must be a word in CamelCase, as Widget'

export const pluralProblem = (plural: string): string | undefined =>
  /^[a-z][a-z0-9]{0,62}$/.test(plural) ? undefined : 'must be a word in lower case, as widgets'

export const wordsProblem = (words: readonly string[]): string | undefined =>
  words.every((word) => /^[a-z][a-z0-9]{0,62}$/.test(word)) ? undefined : 'must be words in lower case, as wg,wgt'

/** English, as far as Kubernetes' own tools go. Source: apimachinery meta.UnsafeGuessKindToResource. */
export function pluralOf(kind: string): string {
  const singular = kind.toLowerCase()
  if (/(s|x|z|ch|sh)$/.test(singular)) return `${singular}es`
  if (/[^aeiou]y$/.test(singular)) return `${singular.slice(0, -1)}ies`
  return `${singular}s`
}

/** `HTTPRoute` → `http-route`. */
export const kebabCase = (kind: string): string =>
  kind
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .toLowerCase()

export const subresourceProblem = (name: string): string | undefined =>
  label.test(name) && name.length <= 40 ? undefined : 'must be a word in lower case, as restart'

/** `drain-all` → `DrainAll`. */
export const camelCase = (name: string): string =>
  name
    .split('-')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('')
