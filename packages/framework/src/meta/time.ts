/** Now, or the given moment, as metav1.Time writes it: RFC 3339, UTC, whole seconds. */
export const rfc3339 = (date = new Date()): string => `${date.toISOString().slice(0, 19)}Z`

/** Now, or the given moment, as metav1.MicroTime writes it: six decimals. */
export const rfc3339Micro = (date = new Date()): string => `${date.toISOString().slice(0, 23)}000Z`
