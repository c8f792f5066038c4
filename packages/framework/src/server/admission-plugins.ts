import { clusterPlugins } from '../auth/admission/cluster-plugins.ts'
import { NamespaceLifecycle } from '../auth/admission/namespace-lifecycle.ts'
import type { AdmissionPlugin } from '../auth/admission/plugin.ts'
import type { Authorizer } from '../auth/authorization/authorizer.ts'
import type { ApiServerOptions, ServerFlags } from './options.ts'
import type { Surroundings } from './surroundings.ts'

/** Whether the flags leave a plugin on. Source: server/options/admission.go enabledPluginNames. */
export const isEnabled = (
  { enableAdmissionPlugins = [], disableAdmissionPlugins = [] }: ServerFlags,
  name: string,
): boolean => enableAdmissionPlugins.includes(name) || !disableAdmissionPlugins.includes(name)

/** The plugins in the order in which they are asked: the server's, then the author's. Throws for flags that name what there is not. */
export function admissionPlugins(
  options: ApiServerOptions,
  surroundings: Surroundings,
  authorizer: Authorizer,
): readonly AdmissionPlugin[] {
  const own = options.admission ?? []
  checkNames(options, ['NamespaceLifecycle', ...clusterPlugins, ...own.map(({ name }) => name)])
  const all = [new NamespaceLifecycle(surroundings.namespaces), ...surroundings.admission(authorizer), ...own]
  return all.filter(({ name }) => isEnabled(options, name))
}

function checkNames(flags: ServerFlags, known: readonly string[]): void {
  const { enableAdmissionPlugins = [], disableAdmissionPlugins = [] } = flags
  for (const [flag, names] of [
    ['enable-admission-plugins', enableAdmissionPlugins],
    ['disable-admission-plugins', disableAdmissionPlugins],
  ] as const)
    for (const name of names)
      if (!known.includes(name)) throw new Error(`${flag} plugin ${JSON.stringify(name)} is unknown`)
  const both = enableAdmissionPlugins.filter((name) => disableAdmissionPlugins.includes(name))
  if (both.length)
    throw new Error(`[${both.join(' ')}] in enable-admission-plugins and disable-admission-plugins overlapped`)
}
