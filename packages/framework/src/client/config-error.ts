/** A kubeconfig, or a program that it names, does not give what the client needs to reach a server. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly code = 'ERR_KUBECONFIG'
}
