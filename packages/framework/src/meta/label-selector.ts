import { LabelRequirement, type LabelOperator } from './label-requirement.ts'
import { LabelSelectorParser } from './label-selector-parser.ts'
import { StatusError } from './status.ts'

/** metav1.LabelSelector: the form that objects carry. */
export interface LabelSelectorObject {
  readonly matchLabels?: Readonly<Record<string, string>>
  readonly matchExpressions?: readonly {
    readonly key: string
    /** `In`, `NotIn`, `Exists` or `DoesNotExist`. */
    readonly operator: string
    readonly values?: readonly string[]
  }[]
}

const operatorsOfObjects: ReadonlyMap<string, LabelOperator> = new Map<string, LabelOperator>([
  ['In', 'in'],
  ['NotIn', 'notin'],
  ['Exists', 'exists'],
  ['DoesNotExist', '!'],
])
const none: Readonly<Record<string, string>> = {}

/** `a=b,c!=d,e in (f,g),!h,i>1` over the labels of an object; all terms must hold. Source: apimachinery labels/selector.go. */
export class LabelSelector {
  static readonly everything = new LabelSelector([])
  /** Sorted by key. */
  readonly requirements: readonly LabelRequirement[]

  constructor(requirements: readonly LabelRequirement[]) {
    this.requirements = requirements.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  }

  /** Throws 400 with Go's text. */
  static parse(text: string): LabelSelector {
    const requirements = new LabelSelectorParser(text).parse()
    return requirements.length ? new LabelSelector(requirements) : LabelSelector.everything
  }

  /** Throws 400 for operators, keys and values that there are not. Source: metav1.LabelSelectorAsSelector. */
  static fromObject({ matchLabels = {}, matchExpressions = [] }: LabelSelectorObject): LabelSelector {
    const requirements = Object.entries(matchLabels).map(([key, value]) => new LabelRequirement(key, '=', [value]))
    for (const { key, operator, values = [] } of matchExpressions) {
      const known = operatorsOfObjects.get(operator)
      if (known === undefined)
        throw StatusError.badRequest(`${JSON.stringify(operator)} is not a valid label selector operator`)
      requirements.push(new LabelRequirement(key, known, values))
    }
    return requirements.length ? new LabelSelector(requirements) : LabelSelector.everything
  }

  /** Selects everything. */
  get empty(): boolean {
    return this.requirements.length === 0
  }

  matches(labels: Readonly<Record<string, string>> | undefined): boolean {
    return this.requirements.every((requirement) => requirement.matches(labels ?? none))
  }

  /** The canonical text: terms sorted by key. */
  toString(): string {
    return this.requirements.join(',')
  }
}
