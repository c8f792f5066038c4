import { Enum, Type } from '@apiserver-kit/framework'
import { Optional } from './optional.ts'
import { rules } from './rules.ts'

const endpoint = Type.Object(
  { type: Enum(['internal', 'external']), url: Type.Optional(Type.String({ maxLength: 64 })) },
  rules(
    {
      rule: "self.type != 'external' || has(self.url)",
      reason: 'FieldValueRequired',
      fieldPath: '.url',
      message: 'an external endpoint needs a url',
    },
    {
      rule: "!has(self.url) || isURL(self.url) && url(self.url).getScheme() == 'https'",
      fieldPath: '.url',
      messageExpression: "self.url + ' is not an https url'",
    },
    {
      rule: "self.type != 'internal' || !has(self.url)",
      reason: 'FieldValueForbidden',
      fieldPath: '.url',
      message: 'an internal endpoint has no url',
    },
  ),
)

/** Members with rules of their own: what they may become, and what they may be beside one another. */
export const ruled = {
  storageClass: Type.String({
    maxLength: 20,
    ...rules({ rule: 'self == oldSelf', message: 'storageClass is immutable' }),
  }),
  counter: Type.Integer(
    rules({
      rule: 'self >= oldSelf',
      messageExpression: "oldSelf - self > 10 ? 'counter fell far' : 'counter fell'",
      reason: 'FieldValueForbidden',
    }),
  ),
  gate: Enum(
    ['Open', 'Closing', 'Closed'],
    rules(
      { rule: "oldSelf.hasValue() || self == 'Open'", optionalOldSelf: true, message: 'a gate starts Open' },
      { rule: "oldSelf != 'Closed' || self == 'Closed'", message: 'a closed gate stays closed' },
    ),
  ),
  sealed: Optional(
    { key: Type.String({ maxLength: 20 }), hint: Type.String() },
    rules({
      rule: '!has(oldSelf.key) || has(self.key) && self.key == oldSelf.key',
      message: 'key cannot change once set',
      fieldPath: '.key',
    }),
  ),
  endpoint,
  memory: Type.String({
    maxLength: 20,
    ...rules(
      { rule: 'isQuantity(self)', message: 'is not a quantity' },
      { rule: "!isQuantity(self) || quantity(self).compareTo(quantity('8Gi')) <= 0", message: 'at most 8Gi' },
    ),
  }),
  timeout: Type.Duration({
    maxLength: 20,
    ...rules({ rule: "self >= duration('1s') && self <= duration('1h')" }),
  }),
  span: Type.Object(
    { notBefore: Type.Time(), notAfter: Type.Time() },
    rules({ rule: 'self.notBefore < self.notAfter', message: 'notBefore must come before notAfter' }),
  ),
  sorted: Type.Array(Type.Integer(), {
    maxItems: 10,
    ...rules(
      { rule: 'self.isSorted()' },
      { rule: 'self.all(x, x > 0)', message: 'every number is positive' },
      {
        rule: 'self.size() == 0 || self.sum() <= 100',
        messageExpression: "self.sum() > 1000 ? 'the sum is far above 100' : 'the sum is above 100'",
      },
    ),
  }),
  probe: Optional(
    {
      index: Type.Integer(),
      over: Type.Integer(),
      values: Type.Array(Type.String({ maxLength: 10 }), { maxItems: 5 }),
    },
    rules(
      {
        rule: "!has(self.index) || !has(self.values) || self.values[self.index] != 'bad'",
        message: 'the chosen value is bad',
      },
      { rule: '!has(self.over) || 100 / self.over > 1', message: 'over is too large' },
    ),
  ),
  host: Type.IntOrString(
    rules({ rule: "type(self) == int ? self > 0 : self != ''", message: 'neither positive nor a name' }),
  ),
} as const
