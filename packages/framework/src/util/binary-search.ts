/** The first place from `low` on, and before `high`, that is not before what is looked for; `high` if all are. Those that are before stand first. */
export function firstNotBefore(low: number, high: number, isBefore: (place: number) => boolean): number {
  while (low < high) {
    const middle = (low + high) >> 1
    if (isBefore(middle)) low = middle + 1
    else high = middle
  }
  return low
}
