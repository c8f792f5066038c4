import { booleanOf, last, list, secondsOf } from '../flag-values.ts'
import { defaults } from '../options.ts'
import type { FlagTable } from './flag.ts'

/** Who somebody is, and what they may do. */
export const identityFlags: FlagTable = {
  'client-ca-file': {
    member: 'clientCaFile',
    value: 'FILE',
    help: 'authorities whose client certificates name users (CN the user, O the groups)',
  },
  kubeconfig: {
    member: 'kubeconfig',
    value: 'FILE',
    help: 'the cluster behind this server (default: that of the pod; elsewhere none, and the server stands alone)',
  },
  standalone: { member: 'standalone', value: '', help: 'no cluster, also in a pod', read: last(booleanOf) },
  'authentication-kubeconfig': {
    member: 'authenticationKubeconfig',
    value: 'FILE',
    help: 'whom to ask about tokens and trusted certificates (default --kubeconfig)',
  },
  'authentication-skip-lookup': {
    member: 'authenticationSkipLookup',
    value: '',
    help: 'do not read from the cluster which certificates it trusts',
    read: last(booleanOf),
  },
  'authentication-tolerate-lookup-failure': {
    member: 'authenticationTolerateLookupFailure',
    value: '',
    help: 'start also when that cannot be read',
    read: last(booleanOf),
  },
  'authentication-token-webhook-cache-ttl': {
    member: 'authenticationTokenWebhookCacheTtlSeconds',
    value: 'DURATION',
    help: 'how long an answer about a token is believed (default 10s)',
    read: last(secondsOf),
  },
  'authorization-kubeconfig': {
    member: 'authorizationKubeconfig',
    value: 'FILE',
    help: 'whom to ask who may do what (default --kubeconfig)',
  },
  'authorization-always-allow-paths': {
    member: 'authorizationAlwaysAllowPaths',
    value: 'PATHS',
    help: `what everybody may ask for (default ${defaults.authorizationAlwaysAllowPaths.join(',')})`,
    read: list,
  },
  'authorization-webhook-cache-authorized-ttl': {
    member: 'authorizationWebhookCacheAuthorizedTtlSeconds',
    value: 'DURATION',
    help: 'how long a yes is believed (default 10s)',
    read: last(secondsOf),
  },
  'authorization-webhook-cache-unauthorized-ttl': {
    member: 'authorizationWebhookCacheUnauthorizedTtlSeconds',
    value: 'DURATION',
    help: 'how long a no is believed (default 10s)',
    read: last(secondsOf),
  },
  'requestheader-client-ca-file': {
    member: 'requestheaderClientCaFile',
    value: 'FILE',
    help: 'authorities of the front proxy, who names users in headers',
  },
  'requestheader-allowed-names': {
    member: 'requestheaderAllowedNames',
    value: 'NAMES',
    help: 'common names of its certificates (default: any)',
    read: list,
  },
  'requestheader-username-headers': {
    member: 'requestheaderUsernameHeaders',
    value: 'NAMES',
    help: 'default x-remote-user',
    read: list,
  },
  'requestheader-group-headers': {
    member: 'requestheaderGroupHeaders',
    value: 'NAMES',
    help: 'default x-remote-group',
    read: list,
  },
  'requestheader-extra-headers-prefix': {
    member: 'requestheaderExtraHeadersPrefix',
    value: 'NAMES',
    help: 'default x-remote-extra-',
    read: list,
  },
  'requestheader-uid-headers': {
    member: 'requestheaderUidHeaders',
    value: 'NAMES',
    help: 'default none',
    read: list,
  },
  'token-auth-file': {
    member: 'tokenAuthFile',
    value: 'FILE',
    help: 'tokens of a server that stands alone: token,user,uid,"group1,group2"',
  },
}
