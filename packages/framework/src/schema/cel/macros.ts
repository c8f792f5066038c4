import { ExpressionError } from './cel-error.ts'
import type { Binding, Call, Expression, Fold } from './expression.ts'

type Macro = (call: Call, target: Expression | undefined) => Expression

/** What stands for a call of a macro; other calls stay. Source: cel-go parser/macro.go, ext/comprehensions.go. */
export function expandMacro(call: Call): Expression {
  const { target, name, args } = call
  const owner = target?.kind === 'identifier' && target.name === 'cel' ? 'cel.' : target ? '.' : ''
  return macros.get(`${owner}${name}/${String(args.length)}`)?.(call, target) ?? call
}

const macros: ReadonlyMap<string, Macro> = new Map<string, Macro>([
  ['has/1', presence],
  ['.all/2', fold('all', 1)],
  ['.all/3', fold('all', 2)],
  ['.exists/2', fold('exists', 1)],
  ['.exists/3', fold('exists', 2)],
  ...['.exists_one', '.existsOne'].flatMap((name): [string, Macro][] => [
    [`${name}/2`, fold('existsOne', 1)],
    [`${name}/3`, fold('existsOne', 2)],
  ]),
  ['.map/2', fold('list', 1)],
  ['.map/3', fold('list', 1)],
  ['.filter/2', filter],
  ['.transformList/3', fold('list', 2)],
  ['.transformList/4', fold('list', 2)],
  ['.transformMap/3', fold('map', 2)],
  ['.transformMap/4', fold('map', 2)],
  ['.transformMapEntry/3', fold('mapEntries', 2)],
  ['.transformMapEntry/4', fold('mapEntries', 2)],
  ['.optMap/2', optional((body, offset) => global('optional.of', offset, body))],
  ['.optFlatMap/2', optional((body) => body)],
  ['.sortBy/2', sortBy],
  ['cel.bind/3', bind],
])

function presence({ args: [field], offset }: Call): Expression {
  if (field?.kind !== 'select' || field.form !== 'value')
    throw new ExpressionError('invalid argument to has() macro', offset)
  return { ...field, form: 'presence' }
}

/** The arguments: the variables, a filter where there is one more, the body. */
function fold(result: Fold['result'], count: number): Macro {
  return ({ args, offset }, range) => {
    const [body, filtered] = [args.at(-1), args.length > count + 1 ? args[count] : undefined]
    if (!range || !body) throw new ExpressionError('missing argument', offset)
    const variables = args.slice(0, count).map(variable)
    if (new Set(variables).size < count)
      throw new ExpressionError('iteration variables must have different names', offset)
    return { kind: 'fold', offset, result, range, variables, filter: filtered, body }
  }
}

function filter({ args: [name, condition], offset }: Call, range: Expression | undefined): Expression {
  if (!range || !name || !condition) throw new ExpressionError('missing argument', offset)
  const variables = [variable(name)]
  return { kind: 'fold', offset, result: 'list', range, variables, filter: condition, body: name }
}

function variable(expression: Expression): string {
  if (expression.kind !== 'identifier' || expression.name.startsWith('.'))
    throw new ExpressionError('argument must be a simple name', expression.offset)
  return expression.name
}

/** `target.optMap(name, body)`: the target is evaluated once. */
function optional(wrap: (body: Expression, offset: number) => Expression): Macro {
  return ({ args: [name, body], offset }, target) => {
    if (!target || !name || !body) throw new ExpressionError('missing argument', offset)
    return bound('@target', target, offset, (held) => ({
      kind: 'conditional',
      offset,
      condition: member(held, 'hasValue', offset),
      whenTrue: {
        kind: 'binding',
        offset,
        name: variable(name),
        value: member(held, 'value', offset),
        body: wrap(body, offset),
      },
      whenFalse: global('optional.none', offset),
    }))
  }
}

function sortBy(call: Call, target: Expression | undefined): Expression {
  const { offset } = call
  if (!target) throw new ExpressionError('missing argument', offset)
  return bound('@list', target, offset, (held) =>
    member(held, '@sortByAssociatedKeys', offset, fold('list', 1)(call, held)),
  )
}

function bind({ args: [name, value, body], offset }: Call): Expression {
  if (!name || !value || !body) throw new ExpressionError('missing argument', offset)
  return { kind: 'binding', offset, name: variable(name), value, body }
}

const bound = (name: string, value: Expression, offset: number, body: (held: Expression) => Expression): Binding => ({
  kind: 'binding',
  offset,
  name,
  value,
  body: body({ kind: 'identifier', offset, name }),
})

const member = (target: Expression, name: string, offset: number, ...args: Expression[]): Expression => ({
  kind: 'call',
  offset,
  name,
  target,
  args,
})

const global = (name: string, offset: number, ...args: Expression[]): Expression => ({
  kind: 'call',
  offset,
  name,
  target: undefined,
  args,
})
