let latest = { second: NaN, text: '' }

/** Now, or the given moment, as metav1.Time writes it: RFC 3339, UTC, whole seconds. */
export function rfc3339(date?: Date): string {
  const second = Math.floor((date?.getTime() ?? Date.now()) / 1000)
  // Asked for with every write, and the same for a second.
  if (second !== latest.second) latest = { second, text: `${new Date(second * 1000).toISOString().slice(0, 19)}Z` }
  return latest.text
}

/** Now, or the given moment, as metav1.MicroTime writes it: six decimals. */
export const rfc3339Micro = (date = new Date()): string => `${date.toISOString().slice(0, 23)}000Z`
