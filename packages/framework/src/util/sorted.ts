/** The items in order, which they mostly are: to sort is to copy. Sorts the array given. */
export function sorted<T>(items: T[], compare: (a: T, b: T) => number): T[] {
  for (let i = 1; i < items.length; i++) if (compare(items[i - 1] as T, items[i] as T) > 0) return items.sort(compare)
  return items
}

/** As `sort` has it that is given nothing. */
export const byUtf16 = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
