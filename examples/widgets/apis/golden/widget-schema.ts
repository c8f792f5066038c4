import { Type } from '@apiserver-kit/framework'
import { choices } from './members/choices.ts'
import { lists } from './members/lists.ts'
import { Optional } from './members/optional.ts'
import { ruled } from './members/ruled.ts'
import { rules } from './members/rules.ts'
import { status } from './members/status.ts'
import { structures } from './members/structures.ts'
import { values } from './members/values.ts'

type Members = Parameters<typeof Type.Object>[0]

const specRules = rules(
  {
    rule: '!has(self.active) || !self.active || has(self.size)',
    message: 'an active widget needs a size',
    reason: 'FieldValueRequired',
    fieldPath: '.size',
  },
  {
    rule: '!has(self.alias) || !has(self.aliases) || !(self.alias in self.aliases)',
    message: 'alias is repeated in aliases',
    reason: 'FieldValueDuplicate',
    fieldPath: '.alias',
  },
  {
    rule: "!has(self.labels) || !('forbidden' in self.labels)",
    message: 'this label is not allowed',
    reason: 'FieldValueForbidden',
    fieldPath: ".labels['forbidden']",
  },
  { rule: '!has(oldSelf.sealed) || has(self.sealed)', message: 'sealed is required once set' },
)

const widgetRules = rules(
  { rule: "self.metadata.name != 'reserved-name'", message: 'this name is reserved' },
  {
    rule: '!has(self.status) || !has(self.status.replicas) || !has(self.spec.replicas) || self.status.replicas <= self.spec.replicas + 10',
    messageExpression:
      "self.spec.replicas == 0 ? 'too many replicas for none wanted' : 'more than ten replicas above what is wanted'",
  },
)

/** The schema of a Widget: what all versions have, and the members of the spec that a version bounds in its own way. */
export const widgetSchema = <const M extends Members>(own: M) =>
  Type.Object(
    {
      spec: Optional(
        { ...own, ...values, ...structures, ...lists, ...choices, ...ruled },
        { description: 'What the widget should be.', ...specRules },
      ),
      status: Type.Optional(status),
    },
    widgetRules,
  )
