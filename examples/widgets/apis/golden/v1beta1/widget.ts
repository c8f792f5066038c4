import { defineKind, Enum, rules, Type, type ObjectOf } from '@apiserver-kit/framework'
import { endpoint, formats, part, probe, settings, stage, window } from './widget-parts.ts'

const spec = Type.PartialObject(
  {
    color: Enum(['red', 'green', 'blue', 'mauve']),
    title: Type.String({ minLength: 2, maxLength: 20 }),
    code: Type.String({ pattern: '^[A-Z]{2}-[0-9]+$' }),
    mode: Enum(['auto', 'manual'], { default: 'auto' }),
    note: Type.Nullable(Type.String()),
    remark: Type.Nullable(Type.String({ default: 'none' })),
    formats,
    size: Type.Int32({ minimum: 1, maximum: 1000 }),
    step: Type.Integer({ multipleOf: 5 }),
    replicas: Type.Int32({ minimum: 0, maximum: 50 }),
    big: Type.Int64(),
    ratio: Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 }),
    weight: Type.Number({ multipleOf: 0.5 }),
    active: Type.Boolean(),
    owner: Type.PartialObject({
      team: Type.String(),
      contact: Type.Object({
        kind: Enum(['mail', 'chat']),
        address: Type.String({ minLength: 3 }),
        urgent: Type.Optional(Type.Boolean()),
      }),
    }),
    policy: Type.PartialObject({ retain: Type.Boolean({ default: true }), keep: Type.Integer() }, { default: {} }),
    settings,
    port: Type.IntOrString(),
    budget: Type.IntOrString({ anyOf: [{ type: 'integer' }, { type: 'string' }], pattern: '^[0-9]+%$' }),
    anything: Type.Preserved(),
    extra: Type.PartialObject(
      { known: Type.PartialObject({ a: Type.Integer(), b: Type.String({ default: 'bee' }) }) },
      { 'x-kubernetes-preserve-unknown-fields': true },
    ),
    template: Type.EmbeddedResource(),
    typedTemplate: Type.PartialObject(
      { spec: Type.PartialObject({ x: Type.Integer(), why: Type.String({ default: 'because' }) }) },
      { 'x-kubernetes-embedded-resource': true },
    ),
    labels: Type.Map(Type.String({ maxLength: 8 }), { minProperties: 1, maxProperties: 3 }),
    limits: Type.Map(Type.IntOrString()),
    nested: Type.Map(Type.Map(Type.String())),
    zones: Type.Map(
      Type.Object(
        { host: Type.String(), weight: Type.Optional(Type.Integer({ default: 1 })) },
        rules({ rule: 'self.weight >= oldSelf.weight', message: 'weight may not shrink' }),
      ),
      { maxProperties: 10 },
    ),
    selector: Type.PartialObject(
      { matchLabels: Type.Map(Type.String()), strict: Type.Boolean() },
      { 'x-kubernetes-map-type': 'atomic' },
    ),
    args: Type.Array(Type.String(), { maxItems: 10 }),
    slots: Type.Array(Type.PartialObject({ id: Type.Integer(), use: Type.String({ default: 'any' }) }), {
      minItems: 1,
      maxItems: 3,
      'x-kubernetes-list-type': 'atomic',
    }),
    tags: Type.ListSet(Type.String({ maxLength: 12 }), { maxItems: 20 }),
    numbers: Type.ListSet(Type.Integer()),
    pairs: Type.ListSet(
      Type.PartialObject({ k: Type.String(), v: Type.String() }, { 'x-kubernetes-map-type': 'atomic' }),
    ),
    matrix: Type.Array(Type.Array(Type.Integer({ minimum: 0 }), { maxItems: 3 })),
    parts: Type.ListMap(part, ['name'], { maxItems: 10 }),
    ports: Type.ListMap(
      Type.Object({
        port: Type.Integer({ minimum: 1, maximum: 65535 }),
        protocol: Type.Optional(Enum(['TCP', 'UDP'], { default: 'TCP' })),
        name: Type.Optional(Type.String()),
        target: Type.Optional(Type.IntOrString()),
      }),
      ['port', 'protocol'],
    ),
    stages: Type.ListMap(stage, ['name']),
    source: Type.PartialObject(
      {
        git: Type.PartialObject({ url: Type.String(), ref: Type.String() }),
        image: Type.String(),
        inline: Type.String(),
      },
      { oneOf: [{ required: ['git'] }, { required: ['image'] }, { required: ['inline'] }] },
    ),
    target: Type.PartialObject(
      { host: Type.String(), ip: Type.String() },
      { anyOf: [{ required: ['host'] }, { required: ['ip'], properties: { ip: { pattern: '^10\\.' } } }] },
    ),
    window,
    alias: Type.String({ maxLength: 20, not: { enum: ['admin', 'root'] } }),
    aliases: Type.Array(Type.String({ maxLength: 20 }), { maxItems: 10 }),
    range: Type.PartialObject({ min: Type.Integer(), max: Type.Integer() }),
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
    sealed: Type.PartialObject(
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
    timeout: Type.Duration({ maxLength: 20, ...rules({ rule: "self >= duration('1s') && self <= duration('1h')" }) }),
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
    probe,
    host: Type.IntOrString(
      rules({ rule: "type(self) == int ? self > 0 : self != ''", message: 'neither positive nor a name' }),
    ),
  },
  {
    description: 'What the widget should be.',
    ...rules(
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
    ),
  },
)

const status = Type.PartialObject(
  {
    phase: Enum(['Pending', 'Ready', 'Failed']),
    replicas: Type.Int32(),
    selector: Type.String(),
    observedGeneration: Type.Int64(),
    counts: Type.Map(Type.Integer({ minimum: 0 })),
    history: Type.Array(Type.String()),
    raw: Type.Unsafe<Record<string, unknown>>({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true }),
    checked: Type.Boolean({ default: false }),
    conditions: Type.ListMap(
      Type.Object({
        type: Type.String({ maxLength: 316 }),
        status: Enum(['True', 'False', 'Unknown']),
        observedGeneration: Type.Optional(Type.Int64()),
        lastTransitionTime: Type.Optional(Type.Time()),
        reason: Type.Optional(Type.String({ minLength: 1, default: 'Unspecified' })),
        message: Type.Optional(Type.String({ maxLength: 1024 })),
      }),
      ['type'],
    ),
  },
  {
    description: 'What the widget is.',
    ...rules({
      rule: "!has(oldSelf.phase) || oldSelf.phase != 'Failed' || self.?phase.orValue('') == 'Failed'",
      message: 'a failed widget stays failed',
    }),
  },
)

export const Widget = defineKind({
  group: 'golden.example.com',
  version: 'v1beta1',
  kind: 'Widget',
  plural: 'widgets',
  shortNames: ['wd'],
  categories: ['all'],
  deprecationWarning: 'golden.example.com/v1beta1 Widget is deprecated; use golden.example.com/v1 Widget',
  schema: Type.Object(
    { spec, status: Type.Optional(status) },
    rules(
      { rule: "self.metadata.name != 'reserved-name'", message: 'this name is reserved' },
      {
        rule: '!has(self.status) || !has(self.status.replicas) || !has(self.spec.replicas) || self.status.replicas <= self.spec.replicas + 10',
        messageExpression:
          "self.spec.replicas == 0 ? 'too many replicas for none wanted' : 'more than ten replicas above what is wanted'",
      },
    ),
  ),
  columns: [
    { name: 'Title', type: 'string', jsonPath: '.spec.title' },
    { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
  ],
  selectableFields: ['.spec.color'],
})
export type Widget = ObjectOf<typeof Widget>
