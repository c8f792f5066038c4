import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, join } from 'node:path'

/** A package.json, and the tarball that `npm pack` made of its package. */
export interface PackedPackage {
  readonly manifest: { readonly name: string; readonly version: string }
  readonly tarball: string
}

/**
 * A registry that has these packages and no other: as much of npm's protocol as an installation asks for. In verdaccio's place, whose hundreds of packages would
 * be asked for at each test, and which hides behind its proxy which packages came from here.
 */
export class LocalRegistry {
  readonly #server: Server
  /** Names of packages that were asked for. */
  readonly asked = new Set<string>()

  private constructor(packages: readonly PackedPackage[]) {
    this.#server = createServer((request, response) => {
      const path = decodeURIComponent(new URL(request.url ?? '/', 'http://registry').pathname).slice(1)
      const tarball = packages.find((packed) => path === `tarballs/${basename(packed.tarball)}`)
      if (tarball) return response.end(readFileSync(tarball.tarball))
      this.asked.add(path)
      const found = packages.find(({ manifest }) => manifest.name === path)
      if (!found) return response.writeHead(404).end('{"error":"not found"}')
      const { manifest } = found
      const integrity = `sha512-${createHash('sha512').update(readFileSync(found.tarball)).digest('base64')}`
      const dist = { tarball: `${this.url}tarballs/${basename(found.tarball)}`, integrity }
      const versions = { [manifest.version]: { ...manifest, dist } }
      response.setHeader('content-type', 'application/json')
      return response.end(JSON.stringify({ name: path, 'dist-tags': { latest: manifest.version }, versions }))
    })
  }

  static async start(packages: readonly PackedPackage[]): Promise<LocalRegistry> {
    const registry = new LocalRegistry(packages)
    registry.#server.listen(0, '127.0.0.1')
    await once(registry.#server, 'listening')
    return registry
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}

/** Packs packages of this repository, by their folders, into `destination`. */
export function packPackages(destination: string, names: readonly string[]): PackedPackage[] {
  return names.map((name) => {
    const directory = join(import.meta.dirname, '..', '..', 'packages', name)
    const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', destination], {
      cwd: directory,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const [{ filename }] = JSON.parse(packed.slice(packed.indexOf('['))) as [{ filename: string }]
    const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as PackedPackage['manifest']
    return { manifest, tarball: join(destination, filename) }
  })
}
