import { allUnauthenticated, anonymousUser, type AuthenticationResponse, type Authenticator } from './authenticator.ts'

const anonymous: AuthenticationResponse = {
  user: { name: anonymousUser, uid: '', groups: [allUnauthenticated], extra: {} },
}

/** Whoever presents nothing is `system:anonymous`. Comes after all others, and only when none of them objected. */
export class AnonymousAuthenticator implements Authenticator {
  readonly name = 'anonymous'

  authenticate(): Promise<AuthenticationResponse> {
    return Promise.resolve(anonymous)
  }
}
