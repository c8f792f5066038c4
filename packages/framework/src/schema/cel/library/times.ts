import { member, type Overload } from '../overload.ts'
import { second, wallClock } from '../times.ts'
import type { Timestamp } from '../value.ts'

/** Parts of instants, in UTC or a zone that is named, and of durations. Source: the language definition of CEL. */
export const times: readonly Overload[] = [
  ...part('getFullYear', (wall) => wall.getUTCFullYear()),
  ...part('getMonth', (wall) => wall.getUTCMonth()),
  ...part('getDate', (wall) => wall.getUTCDate()),
  ...part('getDayOfMonth', (wall) => wall.getUTCDate() - 1),
  ...part('getDayOfWeek', (wall) => wall.getUTCDay()),
  ...part('getDayOfYear', dayOfYear),
  ...part('getHours', (wall) => wall.getUTCHours()),
  ...part('getMinutes', (wall) => wall.getUTCMinutes()),
  ...part('getSeconds', (wall) => wall.getUTCSeconds()),
  ...part('getMilliseconds', (wall) => wall.getUTCMilliseconds()),
  member('getHours', ['duration'], 'int', ({ nanos }) => nanos / (3600n * second)),
  member('getMinutes', ['duration'], 'int', ({ nanos }) => nanos / (60n * second)),
  member('getSeconds', ['duration'], 'int', ({ nanos }) => nanos / second),
  member('getMilliseconds', ['duration'], 'int', ({ nanos }) => nanos / 1_000_000n),
]

function part(name: string, of: (wall: Date) => number): Overload[] {
  const read = (time: Timestamp, zone: string): bigint => BigInt(of(wallClock(time, zone)))
  return [
    member(name, ['timestamp'], 'int', (time) => read(time, 'UTC')),
    member(name, ['timestamp', 'string'], 'int', read),
  ]
}

/** From zero. */
function dayOfYear(wall: Date): number {
  const first = new Date(wall)
  first.setUTCMonth(0, 1)
  return Math.round((wall.getTime() - first.getTime()) / 86_400_000)
}
