import { EvaluationError } from '../cel-error.ts'
import { overFirst } from '../cost.ts'
import { global, type Overload } from '../overload.ts'

/** Source: cel-go ext/encoders.go. */
export const encoders: readonly Overload[] = [
  global('base64.encode', ['bytes'], 'string', (bytes) => Buffer.from(bytes).toString('base64'), overFirst()),
  global('base64.decode', ['string'], 'bytes', decode, overFirst()),
]

function decode(text: string): Uint8Array {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw new EvaluationError('illegal base64 data')
  return new Uint8Array(Buffer.from(text, 'base64'))
}
