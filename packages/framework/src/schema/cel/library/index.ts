import { functionsOf, type Functions } from '../overload.ts'
import { conversions } from './conversions.ts'
import { lists } from './lists.ts'
import { operators } from './operators.ts'
import { optionals } from './optionals.ts'
import { sets } from './sets.ts'
import { strings } from './strings.ts'
import { times } from './times.ts'

let functions: Functions | undefined

/** Everything that a kind's rules may call. */
export function kubernetesFunctions(): Functions {
  return (functions ??= functionsOf(operators, conversions, strings, times, optionals, lists, sets))
}
