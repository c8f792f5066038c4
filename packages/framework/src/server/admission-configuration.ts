import { readFileSync } from 'node:fs'
import { dirname, isAbsolute, resolve } from 'node:path'
import { isObject, type JsonObject, type JsonValue } from '../util/json.ts'
import { parseYaml } from '../util/yaml.ts'

const versions = ['apiserver.config.k8s.io/v1', 'apiserver.config.k8s.io/v1alpha1', 'apiserver.k8s.io/v1alpha1']

/**
 * The kubeconfig that an `AdmissionConfiguration` names for each plugin that calls webhooks, by the plugins' names. Throws an Error that names the file
 * and what is wrong with it. Source: admission/config.go, admission/plugin/webhook/config/kubeconfig.go.
 */
export function webhookKubeConfigs(file: string | undefined): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  if (file === undefined) return found
  const configuration = read(file, 'AdmissionConfiguration')
  const { plugins } = configuration
  for (const plugin of Array.isArray(plugins) ? plugins : []) {
    if (!isObject(plugin)) throw new Error(`${file}: plugins must be objects`)
    const { name, path } = plugin
    if (name !== 'MutatingAdmissionWebhook' && name !== 'ValidatingAdmissionWebhook') continue
    const own = isObject(plugin['configuration'])
      ? verified(plugin['configuration'], 'WebhookAdmissionConfiguration', file)
      : typeof path === 'string' && path !== ''
        ? read(resolve(dirname(file), path), 'WebhookAdmissionConfiguration')
        : {}
    const { kubeConfigFile } = own
    if (typeof kubeConfigFile !== 'string' || kubeConfigFile === '') continue
    if (!isAbsolute(kubeConfigFile))
      throw new Error(
        `${file}: kubeConfigFile: Invalid value: ${JSON.stringify(kubeConfigFile)}: must be an absolute file path`,
      )
    found.set(name, kubeConfigFile)
  }
  return found
}

function read(file: string, kind: string): JsonObject {
  let document: JsonValue
  try {
    document = parseYaml(readFileSync(file, 'utf8'))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`unable to read admission control configuration from ${JSON.stringify(file)} [${reason}]`, {
      cause,
    })
  }
  return verified(document, kind, file)
}

function verified(document: JsonValue, kind: string, file: string): JsonObject {
  const { apiVersion, kind: given } = isObject(document) ? document : {}
  if (isObject(document) && given === kind && typeof apiVersion === 'string' && versions.includes(apiVersion))
    return document
  throw new Error(`${file}: expected a ${kind} of ${versions[0] ?? ''}`)
}
