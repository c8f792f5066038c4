import { createHash } from 'node:crypto'
import { stringify } from 'yaml'
import type { SourceFile } from '../scaffold/changes.ts'

const mark = /^# Written by `apiserver-kit manifests` \(([0-9a-f]{16})\)[^\n]*\n/

/** A file with a first line by which a later run knows whether somebody changed it. */
export function generatedFile(path: string, body: string): SourceFile {
  const text = `# Written by \`apiserver-kit manifests\` (${digest(body)}), and written anew by it: keep changes elsewhere.\n${body}`
  return { path, text }
}

/** An earlier run wrote it. */
export const isGenerated = (text: string): boolean => mark.test(text)

/** It is not as it was generated, or was not generated at all. */
export function isChangedByHand(text: string): boolean {
  const [line = '', written] = mark.exec(text) ?? []
  return written !== digest(text.slice(line.length))
}

const digest = (body: string): string => createHash('sha256').update(body).digest('hex').slice(0, 16)

/** Documents as Go's tools read them: YAML 1.1, where `yes` and `on` are booleans and so want quotes as texts. */
export function yamlOf(objects: readonly unknown[]): string {
  return objects
    .map((object) =>
      stringify(object, {
        version: '1.1',
        lineWidth: 0,
        singleQuote: true,
        aliasDuplicateObjects: false,
        indentSeq: true,
      }),
    )
    .join('---\n')
}
