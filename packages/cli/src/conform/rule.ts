import type { Answer } from '../cluster/http-client.ts'
import { textAt } from '../cluster/members.ts'
import type { Subject } from './subject.ts'

/** One promise of a Kubernetes API, checked on one resource. */
export interface Rule {
  /** `area/what`, never changed: people write it down. */
  readonly id: string
  /** What a server that keeps it does. */
  readonly says: string
  /** Verbs that discovery has to advertise; without them it is skipped. */
  readonly needs?: readonly string[]
  readonly run: (subject: Subject) => Promise<void>
}

/** The server does otherwise. */
export class Failure extends Error {
  override readonly name = 'Failure'
}

/** It cannot be said here. */
export class Skip extends Error {
  override readonly name = 'Skip'
}

export function holds(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Failure(otherwise)
}

export function same(actual: unknown, expected: unknown, what: string): void {
  const [is, wanted] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (is !== wanted) throw new Failure(`${what} is ${shortened(is)}, not ${shortened(wanted)}`)
}

/** The answer has one of these codes. */
export function code(answer: Answer, ...codes: readonly number[]): Answer {
  if (codes.includes(answer.status)) return answer
  const said = textAt(answer.json, 'message') || answer.text
  throw new Failure(
    `${answer.method} ${answer.path} answers ${answer.status} (${shortened(said)}), not ${codes.join(' or ')}`,
  )
}

/** The answer is a Status of failure with one of these codes, and with this reason. */
export function refusal(answer: Answer, codes: readonly number[], reason?: string): Answer {
  code(answer, ...codes)
  const { json, method, path } = answer
  const about = `the answer to ${method} ${path}`
  same(
    [json['kind'], json['apiVersion'], json['status']],
    ['Status', 'v1', 'Failure'],
    `kind, apiVersion, status of ${about}`,
  )
  same(json['code'], answer.status, `code of ${about}`)
  if (reason !== undefined) same(json['reason'], reason, `reason of ${about}`)
  holds(textAt(json, 'message') !== '', `${about} has no message`)
  return answer
}

const shortened = (text: string | undefined): string => {
  if (text === undefined) return 'missing'
  // An answer may be Protobuf, and this may be a terminal.
  const printable = text.replaceAll(/[\p{Cc}\uFFFD]+/gu, ' ').trim()
  return printable.length > 300 ? `${printable.slice(0, 300)}…` : printable
}
