import { expect } from 'chai'
import { editDistance, suggestionFor } from './suggestion.ts'

describe('editDistance', () => {
  for (const [a, b, distance] of [
    ['', '', 0],
    ['', 'abc', 3],
    ['kind', 'kind', 0],
    ['kidn', 'kind', 1],
    ['resorce', 'resource', 1],
    ['kitten', 'sitting', 3],
  ] as const)
    it(`is ${String(distance)} from '${a}' to '${b}'`, () => {
      expect(editDistance(a, b)).to.equal(distance)
      expect(editDistance(b, a)).to.equal(distance)
    })
})

describe('suggestionFor', () => {
  const completions = (words: readonly string[]): Promise<string[]> =>
    Promise.resolve(words.at(-1) === '--' ? ['--dry-run', '--kind'] : words.length === 1 ? ['create'] : ['resource'])

  it('names the command or flag that is nearest', async () => {
    expect(await suggestionFor('Unknown argument: craete', ['craete'], completions)).to.equal('create')
    expect(await suggestionFor('Unknown argument: resorce', ['create', 'resorce'], completions)).to.equal('resource')
    const words = ['create', 'resource', '--dry-rum=1']
    expect(await suggestionFor('Unknown arguments: dry-rum, dryRum', words, completions)).to.equal('--dry-run')
  })

  it('names none where nothing is near, or something else is wrong', async () => {
    expect(await suggestionFor('Unknown argument: frobnicate', ['frobnicate'], completions)).to.equal(undefined)
    expect(await suggestionFor('Not enough arguments', ['x'], completions)).to.equal(undefined)
  })
})
