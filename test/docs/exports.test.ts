import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import ts from 'typescript'

const folder = join(import.meta.dirname, '..', '..', 'packages/framework')
const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
  exports: Record<string, { types: string }>
}

/** What the package shows of itself, by entry point: names, and whether a comment says what they are. */
describe('what the framework exports', function () {
  this.timeout(60_000)
  const entries = Object.entries(exports).map(([name, { types }]) => ({
    name,
    file: join(folder, types.replace('./dist/', 'src/').replace('.d.ts', '.ts')),
  }))
  const { config } = ts.readConfigFile(join(folder, 'tsconfig.json'), (path) => ts.sys.readFile(path))
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, folder)
  const program = ts.createProgram(
    entries.map(({ file }) => file),
    { ...options, noEmit: true, composite: false, incremental: false },
  )
  const checker = program.getTypeChecker()

  for (const { name, file } of entries)
    it(`${name}: each name has a comment`, () => {
      const source = program.getSourceFile(file)
      const module = source && checker.getSymbolAtLocation(source)
      const names = module ? checker.getExportsOfModule(module) : []
      expect(names).to.have.length.greaterThan(0)
      const silent = names.filter((symbol) => {
        const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
        return !target.getDocumentationComment(checker).length
      })
      const places = silent.map((symbol) => {
        const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
        const [declaration] = target.declarations ?? []
        return `${symbol.name} in ${declaration?.getSourceFile().fileName.slice(folder.length) ?? '?'}`
      })
      expect(places).to.deep.equal([])
    })
})
