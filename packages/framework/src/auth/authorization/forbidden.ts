import { quote } from '../../meta/go-format.ts'
import { StatusError } from '../../meta/status.ts'
import type { AuthorizationAttributes } from './authorizer.ts'

/** The 403 of an authorizer that did not allow. Source: handlers/responsewriters/errors.go. */
export function forbidden(attributes: AuthorizationAttributes, reason = ''): StatusError {
  const message = escapeHtml(forbiddenMessage(attributes))
  const { group, resource, name } = attributes
  return StatusError.forbidden({ group, resource }, name, reason ? `${message}: ${reason}` : message)
}

function forbiddenMessage({ user, ...what }: AuthorizationAttributes): string {
  const subject = `User ${quote(user.name)} cannot ${what.verb}`
  if (!what.isResourceRequest) return `${subject} path ${quote(what.path)}`
  const resource = what.subresource ? `${what.resource}/${what.subresource}` : what.resource
  const place = what.namespace ? `in the namespace ${quote(what.namespace)}` : 'at the cluster scope'
  return `${subject} resource ${quote(resource)} in API group ${quote(what.group)} ${place}`
}

const entities: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
])

/** An error must not look like HTML to a browser. */
export const escapeHtml = (text: string): string => text.replace(/[&<>]/g, (char) => entities.get(char) ?? char)
