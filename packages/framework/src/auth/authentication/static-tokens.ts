import { createHash } from 'node:crypto'
import type { UserInfo } from '../../request/context.ts'
import type { AuthenticationResponse, TokenAuthenticator } from './authenticator.ts'

/** Tokens that are known beforehand: those of `--token-auth-file`, and those that the server makes for itself. */
export class StaticTokens implements TokenAuthenticator {
  /** By hash: looking a token up takes as long however much of it is right. */
  readonly #users = new Map<string, AuthenticationResponse>()

  add(token: string, user: UserInfo): void {
    this.#users.set(hash(token), { user })
  }

  authenticateToken(token: string): Promise<AuthenticationResponse | undefined> {
    return Promise.resolve(this.#users.get(hash(token)))
  }

  /**
   * Lines of `token,user,uid,"group1,group2"`. Throws an Error that names the line. Source: authentication/token/tokenfile.
   */
  addFile(text: string): void {
    for (const [index, line] of text.split(/\r?\n/).entries()) {
      if (line.trim() === '' || line.startsWith('#')) continue
      const [token = '', name = '', uid, groups = '', ...more] = csvFields(line)
      if (uid === undefined || more.length)
        throw new Error(
          `line ${String(index + 1)} of the token file must have the columns token, user name, uid and, optionally, groups`,
        )
      if (token === '' || name === '') continue
      this.add(token, { name, uid, groups: groups.split(',').filter((g) => g !== ''), extra: {} })
    }
  }
}

const hash = (token: string): string => createHash('sha256').update(token).digest('base64')

/** One record of RFC 4180, without line breaks in fields. */
function csvFields(line: string): string[] {
  const fields: string[] = []
  const pattern = /\s*(?:"((?:[^"]|"")*)"|([^,]*))\s*(,|$)/y
  for (;;) {
    const match = pattern.exec(line)
    if (!match) throw new Error(`malformed line in the token file`)
    fields.push(match[1] === undefined ? (match[2] ?? '').trim() : match[1].replaceAll('""', '"'))
    if (match[3] === '') return fields
  }
}
