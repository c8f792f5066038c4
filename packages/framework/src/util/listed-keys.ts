/** Listing the keys of a map with thousands of them takes V8 four times as long as looking at each, and small ones are not worth remembering. */
const largeMap = 128

let listed: WeakMap<object, readonly string[]> | undefined
const settled = new WeakMap<object, readonly string[]>()

/**
 * Runs what goes through the same large maps again and again, so that {@link keysOf} lists the keys of each but once. Until it
 * ends, nobody may add keys to a map, or remove some, without {@link forgetKeys}: keep what authors write out of it.
 */
export function listingOnce<T>(run: () => T): T {
  const outer = listed
  listed = new WeakMap()
  try {
    return run()
  } finally {
    listed = outer
  }
}

/** Object.keys, remembered within {@link listingOnce}, and of what is settled. */
export function keysOf(map: object): readonly string[] {
  const known = listed?.get(map) ?? settled.get(map)
  if (known) return known
  const keys = Object.keys(map)
  if (listed && keys.length >= largeMap) listed.set(map, keys)
  return keys
}

/** Of a map that nobody changes any more; within {@link listingOnce}. */
export function settleKeys(map: object | undefined): void {
  const keys = map && listed?.get(map)
  if (keys) settled.set(map, keys)
}

/** To be called by who changes a map within {@link listingOnce}. */
export function forgetKeys(map: object): void {
  listed?.delete(map)
}
