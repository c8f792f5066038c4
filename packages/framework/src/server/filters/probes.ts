const probes: readonly string[] = ['/readyz', '/livez', '/healthz', '/metrics']

/** Whoever looks whether the server still lives is answered to the end. Source: server/filters/with_retry_after.go. */
export const isProbe = (path: string): boolean => probes.some((prefix) => path.startsWith(prefix))
