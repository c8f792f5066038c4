import { functionsOf, type Functions } from '../overload.ts'
import { conversions } from './conversions.ts'
import { encoders } from './encoders.ts'
import { lists } from './lists.ts'
import { math } from './math.ts'
import { namedFormats } from './named-formats.ts'
import { network } from './network.ts'
import { operators } from './operators.ts'
import { optionals } from './optionals.ts'
import { quantities } from './quantities.ts'
import { semvers } from './semvers.ts'
import { sets } from './sets.ts'
import { strings } from './strings.ts'
import { textFormats } from './text-formats.ts'
import { times } from './times.ts'
import { urls } from './urls.ts'

const libraries = [operators, conversions, strings, textFormats, times, optionals, lists, sets, math, encoders].concat([
  quantities,
  urls,
  network,
  namedFormats,
  semvers,
])

let functions: Functions | undefined

/** Everything that a kind's rules may call. */
export function kubernetesFunctions(): Functions {
  return (functions ??= functionsOf(...libraries))
}
