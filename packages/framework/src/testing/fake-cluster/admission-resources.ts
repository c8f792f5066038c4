import { Type } from '@sinclair/typebox'
import { StoredResource } from '../../registry/stored-resource.ts'
import { defineKind, type Kind } from '../../schema/kind.ts'
import type { KubeObject } from '../../meta/object.ts'

const anything = Type.Unsafe<Record<string, unknown>>({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true })

/** A webhook configuration, a policy or a binding. Nothing is checked and nothing filled in: give what a cluster would have stored. */
export interface Registration extends KubeObject {
  spec?: Record<string, unknown>
  webhooks?: Record<string, unknown>[]
}

const registration = (kind: string): Kind<Registration> =>
  defineKind({
    group: 'admissionregistration.k8s.io',
    version: 'v1',
    kind,
    plural: kind.endsWith('y') ? `${kind.slice(0, -1).toLowerCase()}ies` : `${kind.toLowerCase()}s`,
    scope: 'Cluster',
    schema: Type.Object({ spec: Type.Optional(anything), webhooks: Type.Optional(Type.Array(anything)) }),
  })

export const registrationKinds: readonly Kind<Registration>[] = [
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
].map(registration)

export class RegistrationResource extends StoredResource<Registration> {
  readonly storageVersion: Kind<Registration>

  constructor(kind: Kind<Registration>) {
    super()
    this.storageVersion = kind
  }
}
