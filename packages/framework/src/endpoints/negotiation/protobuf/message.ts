/** How one protobuf message of Kubernetes maps to JSON. */
export interface Message {
  /** Go's name, for errors. */
  readonly name: string
  /** In the order of their numbers, which is the order in which they are written. */
  readonly fields: readonly Field[]
}

export type FieldType =
  | 'string'
  | 'bool'
  | 'int32'
  | 'int64'
  /** metav1.Time: an RFC 3339 string. */
  | 'time'
  /** metav1.MicroTime: an RFC 3339 string with six decimals. */
  | 'microTime'
  /** JSON of any shape, carried as text. */
  | 'json'
  | Message

export interface Field {
  readonly number: number
  /** The member in JSON. */
  readonly name: string
  readonly type: FieldType
  /**
   * - `always`: no pointer in Go, so that the zero value is written too;
   * - `optional`: written when it is there;
   * - `repeated`: a list;
   * - `map`: strings by strings, in the order of the keys;
   * - `wrapped`: a list in a message of its own, as metav1.Verbs.
   */
  readonly rule: 'always' | 'optional' | 'repeated' | 'map' | 'wrapped'
}

export const message = (name: string, ...fields: Field[]): Message => ({ name, fields })

type Build = (number: number, name: string, type?: FieldType) => Field
const rule =
  (rule: Field['rule']): Build =>
  (number, name, type = 'string') => ({ number, name, type, rule })

export const always = rule('always')
export const optional = rule('optional')
export const repeated = rule('repeated')
export const map = rule('map')
export const wrapped = rule('wrapped')
