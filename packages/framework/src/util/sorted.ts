/** The items in order, which they mostly are: to sort is to copy. Sorts the array given. */
export const sorted = <T>(items: T[], compare: (a: T, b: T) => number): T[] =>
  isSorted(items, compare) ? items : items.sort(compare)

export function isSorted<T>(items: readonly T[], compare: (a: T, b: T) => number): boolean {
  for (let i = 1; i < items.length; i++) if (compare(items[i - 1] as T, items[i] as T) > 0) return false
  return true
}

/** As `sort` has it that is given nothing. */
export const byUtf16 = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
