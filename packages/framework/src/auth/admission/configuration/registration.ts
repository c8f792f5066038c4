import type { LabelSelectorObject } from '../../../meta/label-selector.ts'
import type { KubeObject } from '../../../meta/object.ts'

/** The objects of `admissionregistration.k8s.io/v1`, as far as admission reads them. Defaults are filled in by the cluster. */

export interface RuleWithOperations {
  readonly operations?: readonly string[]
  readonly apiGroups?: readonly string[]
  readonly apiVersions?: readonly string[]
  readonly resources?: readonly string[]
  readonly scope?: string
  /** Of policies only. */
  readonly resourceNames?: readonly string[]
}

export type FailurePolicy = 'Fail' | 'Ignore'

export interface MatchCondition {
  readonly name: string
  readonly expression: string
}

export interface WebhookClientConfig {
  readonly url?: string
  readonly service?: {
    readonly namespace: string
    readonly name: string
    readonly path?: string
    readonly port?: number
  }
  /** PEM, in base64. */
  readonly caBundle?: string
}

export interface Webhook {
  readonly name: string
  readonly clientConfig: WebhookClientConfig
  readonly rules?: readonly RuleWithOperations[]
  readonly failurePolicy?: FailurePolicy
  readonly matchPolicy?: string
  readonly namespaceSelector?: LabelSelectorObject
  readonly objectSelector?: LabelSelectorObject
  readonly sideEffects?: string
  readonly timeoutSeconds?: number
  readonly admissionReviewVersions?: readonly string[]
  readonly matchConditions?: readonly MatchCondition[]
  /** Of mutating ones only. */
  readonly reinvocationPolicy?: string
}

export interface WebhookConfiguration extends KubeObject {
  webhooks?: Webhook[]
}

export interface MatchResources {
  readonly namespaceSelector?: LabelSelectorObject
  readonly objectSelector?: LabelSelectorObject
  readonly resourceRules?: readonly RuleWithOperations[]
  readonly excludeResourceRules?: readonly RuleWithOperations[]
  readonly matchPolicy?: string
}

export interface ParamKind {
  readonly apiVersion?: string
  readonly kind?: string
}

export interface ParamRef {
  readonly name?: string
  readonly namespace?: string
  readonly selector?: LabelSelectorObject
  readonly parameterNotFoundAction?: string
}

export interface Variable {
  readonly name: string
  readonly expression: string
}

/** What policies that validate and policies that mutate have in common. */
export interface PolicySpec {
  readonly paramKind?: ParamKind
  readonly matchConstraints?: MatchResources
  readonly variables?: readonly Variable[]
  readonly failurePolicy?: FailurePolicy
  readonly matchConditions?: readonly MatchCondition[]
}

export interface Policy<S extends PolicySpec = PolicySpec> extends KubeObject {
  spec: S
}

export interface BindingSpec {
  readonly policyName?: string
  readonly paramRef?: ParamRef
  readonly matchResources?: MatchResources
  /** Of policies that validate. */
  readonly validationActions?: readonly string[]
}

export interface PolicyBinding extends KubeObject {
  spec: BindingSpec
}

export interface Validation {
  readonly expression: string
  readonly message?: string
  readonly reason?: string
  readonly messageExpression?: string
}

export interface ValidatingPolicySpec extends PolicySpec {
  readonly validations?: readonly Validation[]
  readonly auditAnnotations?: readonly { readonly key: string; readonly valueExpression: string }[]
}

export interface Mutation {
  readonly patchType: string
  readonly applyConfiguration?: { readonly expression?: string }
  readonly jsonPatch?: { readonly expression?: string }
}

export interface MutatingPolicySpec extends PolicySpec {
  readonly mutations?: readonly Mutation[]
  readonly reinvocationPolicy?: string
}
