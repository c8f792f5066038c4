import { readKubeConfigUsers, type KubeConfigUser, type KubeConfigUsers } from '../../../client/kube-config-file.ts'

/**
 * Who this server is to webhooks: users of a kubeconfig file, named by the host that they are for. Source: apiserver
 * util/webhook/authentication.go.
 */
export class WebhookUsers {
  readonly #users: KubeConfigUsers

  /** Throws a ConfigError when the file cannot be read. Without a file it is nobody. */
  constructor(kubeConfigFile = '') {
    this.#users = kubeConfigFile === '' ? { users: new Map(), current: undefined } : readKubeConfigUsers(kubeConfigFile)
  }

  /** The user for `host:port`: `host:port`, `*.domain:port`, without the port where that is 443, `*`, the current context's. */
  of(hostPort: string): KubeConfigUser | undefined {
    const { users, current } = this.#users
    const host = hostPort.replace(/:443$/, '')
    const names = [...patterns(hostPort), ...(host === hostPort ? [] : patterns(host)), '*']
    const found = names.find((name) => users.has(name))
    return found === undefined ? current : users.get(found)
  }
}

function patterns(target: string): string[] {
  const steps = target.split('.')
  return [target, ...steps.slice(1).map((_, i) => `*.${steps.slice(i + 1).join('.')}`)]
}
