import { pathSegmentName } from '../meta/names.ts'
import { StatusError } from '../meta/status.ts'

/** The key of the list of a namespace ('' = all), below the resource's own prefix. */
export const listKey = (resourcePrefix: string, namespace: string): string =>
  namespace ? `${resourcePrefix}/${namespace}` : resourcePrefix

/** The key of one object. Throws 400 for a name that could leave its place. */
export function objectKey(resourcePrefix: string, namespaced: boolean, namespace: string, name: string): string {
  if (namespaced && namespace === '') throw StatusError.badRequest('Namespace parameter required.')
  if (name === '') throw StatusError.badRequest('Name parameter required.')
  const problems = pathSegmentName(name)
  if (problems.length) throw StatusError.badRequest(`Name parameter invalid: "${name}": ${problems.join(';')}`)
  return namespaced ? `${resourcePrefix}/${namespace}/${name}` : `${resourcePrefix}/${name}`
}
