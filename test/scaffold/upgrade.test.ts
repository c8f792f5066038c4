import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { TemporaryProject } from './temporary-project.ts'

const templates = join(import.meta.dirname, '..', '..', 'templates')

describe('apiserver-kit upgrade', function () {
  this.timeout(60_000)
  let project: TemporaryProject
  /** As if the templates had been so when the project was made. */
  function older(path: string, change: (text: string) => string): void {
    const file = join(project.directory, 'old/project', path)
    writeFileSync(file, change(readFileSync(file, 'utf8')))
  }

  beforeEach(() => {
    project = new TemporaryProject()
    mkdirSync(join(project.directory, 'old'))
    cpSync(join(templates, 'project'), join(project.directory, 'old/project'), { recursive: true })
  })
  afterEach(() => {
    project.remove()
  })
  const upgrade = ['upgrade', '--from', 'old'] as const

  it('has nothing to do where the templates are the same', () => {
    expect(project.ok('upgrade')).to.equal('Nothing to change: everything is there already.\n')
    expect(project.ok(...upgrade)).to.equal('Nothing to change: everything is there already.\n')
    expect(project.ok(...upgrade, '--check')).to.include('Nothing to change')
  })

  it('brings what is new, and keeps what is yours', () => {
    older('tsconfig.json', (text) => text.replace('"strict": true,', '"strict": false,'))
    project.write(
      'tsconfig.json',
      project
        .read('tsconfig.json')
        .replace('"strict": true,', '"strict": false,')
        .replace('"test"]', '"test", "mine"]'),
    )
    older('Dockerfile', (text) => text.replace('node:24-slim', 'node:22-slim'))
    project.write('Dockerfile', project.read('Dockerfile').replace('node:24-slim', 'node:22-slim'))
    writeFileSync(join(project.directory, 'old/project/gone.txt'), 'no longer\n')
    project.write('gone.txt', 'no longer\n')
    const before = project.snapshot()
    expect(project.ok(...upgrade, '--dry-run')).to.include('+FROM node:24-slim AS build')
    expect(project.refused(...upgrade, '--check')).to.equal('')
    expect(project.snapshot()).to.deep.equal(before)
    project.ok(...upgrade)
    expect(project.read('tsconfig.json')).to.include('"strict": true,').and.to.include('"mine"]')
    expect(project.read('Dockerfile')).to.include('node:24-slim')
    expect(project.has('gone.txt')).to.equal(false)
    expect(project.ok(...upgrade)).to.equal('Nothing to change: everything is there already.\n')
  })

  it('leaves markers where both sides changed the same', () => {
    older('Dockerfile', (text) => text.replace('node:24-slim', 'node:22-slim'))
    project.write('Dockerfile', project.read('Dockerfile').replace('node:24-slim', 'my/node'))
    expect(project.refused(...upgrade)).to.include('Dockerfile: both sides changed the same lines')
    expect(project.read('Dockerfile')).to.match(
      /<<<<<<< yours\nFROM my\/node.*\n=======\nFROM node:24-slim.*\n>>>>>>> the new template/,
    )
  })

  it('says what is wrong', () => {
    expect(project.refused('upgrade', '--from', 'nowhere')).to.include(
      '--from nowhere: there is no folder project in it',
    )
  })
})
