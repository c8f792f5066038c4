import { randomInt } from 'node:crypto'

/** Name rules with Kubernetes' wording; an empty array means valid. Source: apimachinery util/validation. */

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const subdomain = `${label}(\\.${label})*`
const qualified = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const labelPattern = new RegExp(`^${label}$`)
const subdomainPattern = new RegExp(`^${subdomain}$`)
const qualifiedPattern = new RegExp(`^${qualified}$`)
const labelValuePattern = new RegExp(`^(${qualified})?$`)

const subdomainText = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${subdomain}')`
const labelText = `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${label}')`
const qualifiedText = `must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${qualified}')`
const labelValueText = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(${qualified})?')`

const bytes = (text: string): number => Buffer.byteLength(text)

/** A prefix (generateName) may end in a dash, which something follows. */
const masked = (name: string, prefix: boolean): string =>
  prefix && name.length > 1 && name.endsWith('-') ? `${name.slice(0, -1)}a` : name

export function isDnsSubdomain(name: string, prefix = false): string[] {
  const text = masked(name, prefix)
  const errors: string[] = []
  if (bytes(text) > 253) errors.push('must be no more than 253 characters')
  if (!subdomainPattern.test(text)) errors.push(subdomainText)
  return errors
}

export function isDnsLabel(name: string, prefix = false): string[] {
  const text = masked(name, prefix)
  const errors: string[] = []
  if (bytes(text) > 63) errors.push('must be no more than 63 characters')
  if (!labelPattern.test(text)) errors.push(subdomainPattern.test(text) ? 'must not contain dots' : labelText)
  return errors
}

/** What may stand between two slashes of a URL. */
export function pathSegmentName(name: string, prefix = false): string[] {
  if (!prefix && (name === '.' || name === '..')) return [`may not be '${name}'`]
  return ['/', '%'].filter((c) => name.includes(c)).map((c) => `may not contain '${c}'`)
}

/** A name in order without a prefix, as most are. */
export const isPlainQualifiedName = (value: string): boolean => value.length <= 63 && qualifiedPattern.test(value)

/** `[prefix/]name`, as keys of labels and annotations and finalizers are. */
export function isQualifiedName(value: string): string[] {
  if (isPlainQualifiedName(value)) return []
  const parts = value.split('/')
  const errors: string[] = []
  let name = parts[0] ?? ''
  if (parts.length > 2)
    return [
      `a valid label key ${qualifiedText} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ]
  if (parts.length === 2) {
    const prefix = parts[0] ?? ''
    name = parts[1] ?? ''
    if (prefix === '') errors.push('prefix part must be non-empty')
    else {
      if (bytes(prefix) > 253) errors.push('prefix part must be no more than 253 bytes')
      if (!subdomainPattern.test(prefix)) errors.push(`prefix part ${subdomainText}`)
    }
  }
  if (name === '') errors.push('name part must be non-empty')
  else if (bytes(name) > 63) errors.push('name part must be no more than 63 bytes')
  if (!qualifiedPattern.test(name)) errors.push(`name part ${qualifiedText}`)
  return errors
}

export function isValidLabelValue(value: string): string[] {
  const errors: string[] = []
  if (bytes(value) > 63) errors.push('must be no more than 63 bytes')
  if (!labelValuePattern.test(value)) errors.push(labelValueText)
  return errors
}

const alphabet = 'bcdfghjklmnpqrstvwxz2456789'
const maxBase = 58

/** A name out of a generateName: its first 58 characters and five random ones. */
export function generateName(base: string): string {
  let suffix = ''
  for (let i = 0; i < 5; i++) suffix += alphabet.charAt(randomInt(alphabet.length))
  return base.slice(0, maxBase) + suffix
}
