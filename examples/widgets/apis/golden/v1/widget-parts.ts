import { Enum, rules, Type } from '@apiserver-kit/framework'

export const formats = Type.PartialObject({
  dateTime: Type.Time(),
  date: Type.String({ format: 'date' }),
  duration: Type.Duration(),
  byte: Type.String({ format: 'byte' }),
  email: Type.String({ format: 'email' }),
  hostname: Type.String({ format: 'hostname' }),
  uri: Type.String({ format: 'uri' }),
  ipv4: Type.String({ format: 'ipv4' }),
  ipv6: Type.String({ format: 'ipv6' }),
  cidr: Type.String({ format: 'cidr' }),
  mac: Type.String({ format: 'mac' }),
  uuid: Type.String({ format: 'uuid' }),
  hexcolor: Type.String({ format: 'hexcolor' }),
  password: Type.String({ format: 'password' }),
  shortName: Type.String({ format: 'k8s-short-name' }),
  longName: Type.String({ format: 'k8s-long-name' }),
  unheardOf: Type.String({ format: 'unheard-of' }),
  int32: Type.Int32(),
  int64: Type.Int64(),
  float: Type.Number({ format: 'float' }),
  double: Type.Number({ format: 'double' }),
})

export const owner = Type.Object({
  team: Type.String(),
  contact: Type.Optional(
    Type.Object({
      kind: Enum(['mail', 'chat']),
      address: Type.String({ minLength: 3 }),
      urgent: Type.Optional(Type.Boolean()),
    }),
  ),
})

export const settings = Type.PartialObject({
  level: Type.Integer({ default: 3, minimum: 0, maximum: 9 }),
  retry: Type.PartialObject(
    { attempts: Type.Integer(), backoff: Type.String({ default: '1s' }) },
    { default: { attempts: 2 } },
  ),
  tags: Type.Array(Type.String(), { default: ['base'] }),
  env: Type.Map(Type.String(), { default: { A: '1' } }),
  rules: Type.Array(
    Type.PartialObject({
      verb: Type.String({ default: 'get' }),
      deep: Type.PartialObject(
        { enabled: Type.Boolean({ default: false }), ratio: Type.Number({ default: 0.5 }) },
        { default: {} },
      ),
    }),
  ),
  maybe: Type.Nullable(Type.Array(Type.String())),
  maybeMap: Type.Nullable(Type.Map(Type.String())),
})

export const part = Type.Object(
  {
    name: Type.String({ maxLength: 20, pattern: '^[a-z]+$' }),
    count: Type.Optional(Type.Integer({ minimum: 0, default: 1 })),
    max: Type.Optional(Type.Integer()),
    kind: Type.Optional(
      Type.String({ maxLength: 20, ...rules({ rule: 'self == oldSelf', message: 'kind is immutable' }) }),
    ),
    opts: Type.Optional(Type.Map(Type.String())),
    tags: Type.Optional(Type.ListSet(Type.String())),
    args: Type.Optional(Type.Array(Type.String())),
  },
  rules({
    rule: '!has(self.max) || self.count <= self.max',
    messageExpression: "'part ' + self.name + ' counts more than its max'",
  }),
)

export const stage = Type.Object({
  name: Type.String(),
  when: Type.Optional(Type.String()),
  actions: Type.Optional(
    Type.ListMap(
      Type.Object({
        id: Type.Integer(),
        run: Type.Optional(Type.String()),
        needs: Type.Optional(Type.ListSet(Type.Integer())),
      }),
      ['id'],
    ),
  ),
})

export const window = Type.PartialObject(
  { from: Type.Integer(), to: Type.Integer() },
  {
    allOf: [
      { properties: { from: { minimum: 0 } } },
      { properties: { from: { maximum: 23 }, to: { maximum: 24 } } },
      { required: ['from'] },
    ],
  },
)

export const endpoint = Type.Object(
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

export const probe = Type.PartialObject(
  { index: Type.Integer(), over: Type.Integer(), values: Type.Array(Type.String({ maxLength: 10 }), { maxItems: 5 }) },
  rules(
    {
      rule: "!has(self.index) || !has(self.values) || self.values[self.index] != 'bad'",
      message: 'the chosen value is bad',
    },
    { rule: '!has(self.over) || 100 / self.over > 1', message: 'over is too large' },
  ),
)
