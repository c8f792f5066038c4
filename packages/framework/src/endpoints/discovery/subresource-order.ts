import type { InstalledSubresource } from '../../registry/installed.ts'

const first: readonly string[] = ['status', 'scale']
const rank = (name: string): number => (first.includes(name) ? first.indexOf(name) : first.length)

/** The order in which discovery names subresources: status and scale as for custom resources, then the others by name. */
export function inDiscoveryOrder(subresources: readonly InstalledSubresource[]): InstalledSubresource[] {
  return [...subresources].sort((a, b) => rank(a.name) - rank(b.name) || (a.name < b.name ? -1 : 1))
}
