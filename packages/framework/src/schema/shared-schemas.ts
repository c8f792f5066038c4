/** metav1.Condition */
export interface Condition {
  type: string
  status: 'True' | 'False' | 'Unknown'
  observedGeneration?: number | bigint
  /** RFC 3339 */
  lastTransitionTime: string
  reason: string
  message: string
}

/** core/v1 ObjectReference */
export interface ObjectReference {
  apiVersion?: string
  fieldPath?: string
  kind?: string
  name?: string
  namespace?: string
  resourceVersion?: string
  uid?: string
}

/** The schema of metav1.Condition with its bounds, as controller-gen writes it. Source: apimachinery meta/v1/types.go. */
export const conditionSchema = {
  description: 'Condition contains details for one aspect of the current state of this API Resource.',
  type: 'object',
  required: ['lastTransitionTime', 'message', 'reason', 'status', 'type'],
  properties: {
    lastTransitionTime: {
      description: 'When the condition last went from one status to another.',
      type: 'string',
      format: 'date-time',
    },
    message: {
      description: 'Details of the transition for people. May be empty.',
      type: 'string',
      maxLength: 32768,
    },
    observedGeneration: {
      description:
        'The metadata.generation that the condition was set upon; an older one than the present is out of date.',
      type: 'integer',
      format: 'int64',
      minimum: 0,
    },
    reason: {
      description: "The reason of the condition's last transition, in CamelCase, for programs.",
      type: 'string',
      minLength: 1,
      maxLength: 1024,
      pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$',
    },
    status: { description: 'One of True, False, Unknown.', type: 'string', enum: ['True', 'False', 'Unknown'] },
    type: {
      description: 'The type of the condition, in CamelCase or like foo.example.com/CamelCase.',
      type: 'string',
      maxLength: 316,
      pattern:
        '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$',
    },
  },
} as const

const text = (description: string) => ({ description, type: 'string' }) as const

/** Source: api core/v1/types.go. */
export const objectReferenceSchema = {
  type: 'object',
  properties: {
    apiVersion: text('API version of the referent.'),
    fieldPath: text(
      'A part of the object instead of the whole, as a JSON or Go path like spec.containers{name} or spec.containers[2].',
    ),
    kind: text('Kind of the referent.'),
    name: text('Name of the referent.'),
    namespace: text('Namespace of the referent.'),
    resourceVersion: text('Specific resourceVersion to which this reference is made, if any.'),
    uid: text('UID of the referent.'),
  },
  'x-kubernetes-map-type': 'atomic',
} as const
