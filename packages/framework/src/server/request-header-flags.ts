import { standardRequestHeaders, type RequestHeaderConfig } from '../auth/authentication/request-header.ts'
import { TrustFile } from '../auth/authentication/trust-file.ts'
import type { ServerFlags } from './options.ts'

/** The front proxy that the flags describe, and not a cluster. */
export interface FlaggedProxy {
  readonly trust: TrustFile
  readonly headers: RequestHeaderConfig
}

/** undefined without `--requestheader-client-ca-file`: the other flags mean nothing alone. */
export function proxyOfFlags(flags: ServerFlags, onError: (error: unknown) => void): FlaggedProxy | undefined {
  if (flags.requestheaderClientCaFile === undefined) return undefined
  return {
    trust: new TrustFile(flags.requestheaderClientCaFile, onError),
    headers: {
      allowedNames: flags.requestheaderAllowedNames ?? [],
      usernameHeaders: flags.requestheaderUsernameHeaders ?? standardRequestHeaders.usernameHeaders,
      groupHeaders: flags.requestheaderGroupHeaders ?? standardRequestHeaders.groupHeaders,
      extraHeaderPrefixes: flags.requestheaderExtraHeadersPrefix ?? standardRequestHeaders.extraHeaderPrefixes,
      uidHeaders: flags.requestheaderUidHeaders ?? [],
    },
  }
}
