/** What lives outside of the API: nobody but the controller cleans it up. */
export interface Dns {
  /** May be called again. Answers false when the name belongs to somebody else. */
  register(host: string, owner: string): Promise<boolean>
  /** All names of the owner but `host`, with no `host` all. May be called again. */
  release(owner: string, host?: string): Promise<void>
}

/** Stands for the API of a provider. */
export class MemoryDns implements Dns {
  readonly hosts = new Map<string, string>()

  register(host: string, owner: string): Promise<boolean> {
    if (!this.hosts.has(host)) this.hosts.set(host, owner)
    return Promise.resolve(this.hosts.get(host) === owner)
  }

  release(owner: string, host?: string): Promise<void> {
    for (const [name, of] of this.hosts) if (of === owner && name !== host) this.hosts.delete(name)
    return Promise.resolve()
  }
}
