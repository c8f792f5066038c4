import { expect } from 'chai'
import type { JsonObject } from '../util/json.ts'
import { compileJsonPath } from './json-path.ts'

const value: JsonObject = {
  spec: {
    size: 3,
    'a.b': 'dotted',
    args: ['x', 'y', 'z'],
    parts: [{ name: 'p' }, { name: 'q', port: 80 }],
    none: null,
  },
  status: {
    conditions: [
      { type: 'Synced', status: 'False' },
      { type: 'Ready', status: 'True', weight: 7 },
    ],
  },
}

describe('compileJsonPath', () => {
  const table: [path: string, found: unknown[]][] = [
    ['.spec.size', [3]],
    ['{.spec.size}', [3]],
    ['$.spec.size', [3]],
    ['.spec.none', [null]],
    ['.spec.missing.deeper', []],
    ['.spec.size.deeper', []],
    ['.constructor', []],
    ["['spec']['a.b']", ['dotted']],
    ['.spec.a\\.b', ['dotted']],
    ['.spec.args[0]', ['x']],
    ['.spec.args[-1]', ['z']],
    ['.spec.args[9]', []],
    ['.spec.args[0,2]', ['x', 'z']],
    ['.spec.args[1:]', ['y', 'z']],
    ['.spec.args[0:3:2]', ['x', 'z']],
    ['.spec.args[*]', ['x', 'y', 'z']],
    ['.spec.args', [['x', 'y', 'z']]],
    ['.spec.parts[*].name', ['p', 'q']],
    ['.spec.parts[?(@.port)].name', ['q']],
    ['.spec.parts[?(@.port>=80)].name', ['q']],
    ['.spec.parts[?(@.name!="q")].name', ['p']],
    ['.status.conditions[?(@.type=="Ready")].status', ['True']],
    [".status.conditions[?(@.type=='Ready')].weight", [7]],
    ['.status.conditions[?(@.weight<7)].type', []],
    ['..port', [80]],
    ['..name', ['p', 'q']],
    ['.status.*[0].type', ['Synced']],
    ['.spec[?(@.x)]', []],
  ]
  for (const [path, found] of table)
    it(`finds ${path}`, () => {
      expect(compileJsonPath(path)(value)).to.deep.equal(found)
    })

  it('refuses what is no path', () => {
    for (const path of ['spec', '.spec[', '.spec[a]', '.spec[?(x)]', '.a..', '.spec[0:1:0]', '.a b'])
      expect(() => compileJsonPath(path), path).to.throw(TypeError, 'is not a JSONPath')
  })
})
