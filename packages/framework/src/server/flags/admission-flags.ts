import { list } from '../flag-values.ts'
import type { FlagTable } from './flag.ts'

export const admissionFlags: FlagTable = {
  'enable-admission-plugins': {
    member: 'enableAdmissionPlugins',
    value: 'NAMES',
    help: 'plugins to be on, also where another flag says that they are off',
    read: list,
  },
  'disable-admission-plugins': {
    member: 'disableAdmissionPlugins',
    value: 'NAMES',
    help: 'NamespaceLifecycle, MutatingAdmissionPolicy, MutatingAdmissionWebhook, ValidatingAdmissionPolicy, ValidatingAdmissionWebhook are on by default',
    read: list,
  },
  'admission-control-config-file': {
    member: 'admissionControlConfigFile',
    value: 'FILE',
    help: 'who this server is to webhooks (apiserver.config.k8s.io/v1 AdmissionConfiguration)',
  },
}
