import { isDnsLabel, isDnsSubdomain, isQualifiedName, isValidLabelValue } from '../../../meta/names.ts'
import { formatValidator } from '../../validation/formats.ts'
import { isRequestUri } from '../../validation/network-formats.ts'
import { patternUnits } from '../cost.ts'
import { global, member, type Overload } from '../overload.ts'
import { List, Opaque, Optional, type Value } from '../value.ts'

const typeName = 'kubernetes.NamedFormat'

class NamedFormat extends Opaque {
  override readonly typeName = typeName
  readonly name: string
  /** What is wrong with a text. */
  readonly check: (text: string) => readonly string[]
  /** The length of the pattern that stands for it in costs. */
  readonly patternLength: number

  constructor(name: string, check: (text: string) => readonly string[], patternLength: number) {
    super()
    this.name = name
    this.check = check
    this.patternLength = patternLength
  }

  equals(other: Opaque): boolean {
    return other instanceof NamedFormat && other.name === this.name
  }
}

const dns1035 = '[a-z]([-a-z0-9]*[a-z0-9])?'
const dns1035Pattern = new RegExp(`^${dns1035}$`)
const dns1035Text = `a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '${dns1035}')`

function isDns1035Label(name: string, prefix: boolean): string[] {
  const text = prefix && name.length > 1 && name.endsWith('-') ? `${name.slice(0, -1)}a` : name
  const errors: string[] = []
  if (text.length > 63) errors.push('must be no more than 63 characters')
  if (!dns1035Pattern.test(text)) errors.push(dns1035Text)
  return errors
}

/** A format that schemas have too. */
function known(name: string, complaint: string): (text: string) => string[] {
  const valid = formatValidator(name)
  return (text) => (valid?.(text) === false ? [complaint] : [])
}

const uri = (text: string): string[] =>
  isRequestUri(text) ? [] : [`parse ${JSON.stringify(text)}: invalid URI for request`]

const formats: ReadonlyMap<string, NamedFormat> = new Map(
  [
    new NamedFormat('dns1123Label', (text) => isDnsLabel(text), 30),
    new NamedFormat('dns1123Subdomain', (text) => isDnsSubdomain(text), 60),
    new NamedFormat('dns1035Label', (text) => isDns1035Label(text, false), 30),
    new NamedFormat('qualifiedName', isQualifiedName, 60),
    new NamedFormat('dns1123LabelPrefix', (text) => isDnsLabel(text, true), 30),
    new NamedFormat('dns1123SubdomainPrefix', (text) => isDnsSubdomain(text, true), 60),
    new NamedFormat('dns1035LabelPrefix', (text) => isDns1035Label(text, true), 30),
    new NamedFormat('labelValue', isValidLabelValue, 40),
    new NamedFormat('uri', uri, 1103),
    new NamedFormat('uuid', known('uuid', 'does not match the UUID format'), 78),
    new NamedFormat('byte', known('byte', 'invalid base64'), 84),
    new NamedFormat('date', known('date', 'invalid date'), 100),
    new NamedFormat('datetime', known('datetime', 'invalid datetime'), 100),
  ].map((format) => [format.name, format]),
)

/** Source: apiserver cel/library/format.go. */
export const namedFormats: readonly Overload[] = [
  ...[...formats.values()].map((format) => global(`format.${format.name}`, [], typeName, () => format)),
  global('format.named', ['string'], `optional_type(${typeName})`, (name) => new Optional(formats.get(name))),
  member('validate', [typeName, 'string'], 'optional_type(list(string))', validate, (format, text) =>
    patternUnits(text, format instanceof NamedFormat ? format.patternLength : 0),
  ),
]

function validate(format: Value, text: string): Optional {
  const errors = format instanceof NamedFormat ? format.check(text) : []
  return errors.length ? new Optional(new List(errors)) : Optional.none
}
