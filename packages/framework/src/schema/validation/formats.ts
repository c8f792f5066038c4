import { formattedDuration } from '../format-values.ts'
import { isCreditCard, isIsbn10, isIsbn13 } from './check-digits.ts'
import { isCidr, isEmail, isHostname, isIPv4, isIPv6, isMac, isRequestUri } from './network-formats.ts'

/** Whether a text has a format. */
export type FormatValidator = (text: string) => boolean

const matching =
  (pattern: RegExp): FormatValidator =>
  (text) =>
    pattern.test(text)

const uuid = (third: string, fourth: string): FormatValidator =>
  matching(new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${third}[0-9a-f]{3}-?${fourth}[0-9a-f]{3}-?[0-9a-f]{12}$`, 'i'))
const colorPart = '\\s*(?:0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])\\s*'
const shortName = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?'

/**
 * The formats that custom resources know, under their names without dashes; others are ignored.
 * Source: apiextensions-apiserver validation/formats.go, kube-openapi validation/strfmt.
 */
const formats: ReadonlyMap<string, FormatValidator> = new Map<string, FormatValidator>([
  ['bsonobjectid', matching(/^[0-9a-fA-F]{24}$/)],
  ['uri', isRequestUri],
  ['email', isEmail],
  ['hostname', isHostname],
  ['ipv4', isIPv4],
  ['ipv6', isIPv6],
  ['cidr', isCidr],
  ['mac', isMac],
  ['uuid', uuid('[0-9a-f]', '[0-9a-f]')],
  ['uuid3', uuid('3', '[0-9a-f]')],
  ['uuid4', uuid('4', '[89ab]')],
  ['uuid5', uuid('5', '[89ab]')],
  ['isbn', (text) => isIsbn10(text) || isIsbn13(text)],
  ['isbn10', isIsbn10],
  ['isbn13', isIsbn13],
  ['creditcard', isCreditCard],
  ['ssn', matching(/^\d{3}[- ]\d{2}[- ]\d{4}$/)],
  ['hexcolor', matching(/^#?(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/)],
  ['rgbcolor', matching(new RegExp(`^rgb\\(${colorPart},${colorPart},${colorPart}\\)$`))],
  ['byte', isBase64],
  ['password', () => true],
  ['date', isDate],
  ['duration', isDuration],
  ['datetime', isDateTime],
  ['k8sshortname', (text) => text.length <= 63 && new RegExp(`^${shortName}$`).test(text)],
  ['k8slongname', isLongName],
])

const normalized = (format: string): string => format.replaceAll('-', '')

export const hasFormat = (format: string): boolean => formats.has(normalized(format))

export const formatValidator = (format: string): FormatValidator | undefined => formats.get(normalized(format))

/** Standard base64 with its padding, and not empty. */
function isBase64(text: string): boolean {
  return text !== '' && text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text)
}

function isDate(text: string): boolean {
  const [, year = '', month = '', day = ''] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? []
  if (year === '') return false
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.getUTCDate() === Number(day) && date.getUTCMonth() === Number(month) - 1
}

function isDateTime(text: string): boolean {
  const [date = '', time] = text.toLowerCase().split('t')
  if (time === undefined || !isDate(date)) return false
  const [, hours = '', minutes = '', seconds = ''] =
    /^([0-9]{2}):([0-9]{2}):([0-9]{2})(?:.[0-9]+)?(?:z|[+-][0-9]{2}:[0-9]{2})$/.exec(time) ?? []
  return hours !== '' && hours <= '23' && minutes <= '59' && seconds <= '59'
}

function isDuration(text: string): boolean {
  try {
    formattedDuration(text)
    return true
  } catch {
    return false
  }
}

function isLongName(text: string): boolean {
  return text.length <= 253 && text.split('.').every((part) => /^[a-z0-9-]+$/.test(part) && !/^-|-$/.test(part))
}
