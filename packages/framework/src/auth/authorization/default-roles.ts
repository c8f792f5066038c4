import { allAuthenticated, allUnauthenticated } from '../authentication/authenticator.ts'
import { AlwaysAllowPaths } from './always-allow-paths.ts'
import { noOpinion, type AuthorizationAttributes, type AuthorizationDecision, type Authorizer } from './authorizer.ts'

/** The default ClusterRoles that say what every user may read, and what everybody may: paths and to whom they are bound. */
const roles = [
  {
    // system:public-info-viewer
    groups: [allAuthenticated, allUnauthenticated],
    paths: new AlwaysAllowPaths(['/healthz', '/livez', '/readyz', '/version', '/version/']),
  },
  {
    // system:discovery
    groups: [allAuthenticated],
    paths: new AlwaysAllowPaths(['/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*']),
  },
] as const

/** What RBAC's default roles allow where there is no cluster to ask: reading health, version, discovery and OpenAPI. */
export class DefaultRoles implements Authorizer {
  async authorize(attributes: AuthorizationAttributes): Promise<AuthorizationDecision> {
    if (attributes.verb !== 'get' || attributes.isResourceRequest) return noOpinion
    for (const { groups, paths } of roles) {
      if (!groups.some((group) => attributes.user.groups.includes(group))) continue
      const answer = await paths.authorize(attributes)
      if (answer.decision === 'Allow') return answer
    }
    return noOpinion
  }
}
