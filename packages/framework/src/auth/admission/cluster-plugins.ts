/** The plugins that do what the cluster's configurations say, in the order in which they are asked. */
export const clusterPlugins = [
  'MutatingAdmissionPolicy',
  'MutatingAdmissionWebhook',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionWebhook',
] as const
export type ClusterPlugin = (typeof clusterPlugins)[number]
