import type { ServedProject } from '../project/served-resources.ts'
import type { SourceFile } from '../scaffold/changes.ts'
import { generatedFile, yamlOf } from './generated-file.ts'
import { manifestFiles } from './manifests.ts'
import { standardResources, type Placement } from './placement.ts'

/** What of a Placement the chart's values begin with, and what the chart is called. */
export interface ChartFacts {
  readonly chart: string
  readonly version: string
}

/** A Helm chart below `folder` that lays the same objects as the Kustomize base, named by the release. */
export function helmChart(
  folder: string,
  { chart, version }: ChartFacts,
  placement: Placement,
  project: ServedProject,
): SourceFile[] {
  const inChart = expressionsFor(placement)
  const templates = Object.entries(manifestFiles(inChart, project)).filter(([, objects]) => objects.length)
  return [
    generatedFile(
      `${folder}/Chart.yaml`,
      yamlOf([
        {
          apiVersion: 'v2',
          name: chart,
          description: `The API server ${chart}, behind the aggregation layer`,
          type: 'application',
          version,
          appVersion: version,
        },
      ]),
    ),
    generatedFile(`${folder}/values.yaml`, valuesOf(placement, project)),
    generatedFile(`${folder}/templates/_names.yaml`, names),
    ...templates.map(([name, objects]) =>
      generatedFile(`${folder}/templates/${name}.yaml`, templateOf(name, yamlOf(objects), placement)),
    ),
  ]
}

/** Everything that a values file may change, as expressions. What decides which objects there are stays as it was chosen. */
function expressionsFor(placement: Placement): Placement {
  const { storage, etcdSecret, storageClass, imagePullSecrets, serviceAccount, controllerEnv, controllerSecret, tls } =
    placement
  return {
    ...placement,
    name: '{{ include "name" . }}',
    namespace: '{{ .Release.Namespace }}',
    image: '{{ .Values.image }}',
    replicas: storage === 'lmdb' ? 1 : '{{ int .Values.replicas }}',
    storage,
    etcdServers: '{{ .Values.etcd.servers }}',
    etcdSecret: etcdSecret === undefined ? undefined : '{{ .Values.etcd.secretName }}',
    volumeSize: '{{ .Values.volumeSize }}',
    storageClass: storageClass === undefined ? undefined : '{{ .Values.storageClass }}',
    imagePullSecrets: imagePullSecrets === undefined ? undefined : '{{ toJson .Values.imagePullSecrets }}',
    serviceAccount: serviceAccount === undefined ? undefined : '{{ .Values.serviceAccount }}',
    controllerEnv: controllerEnv === undefined ? undefined : '{{ toJson .Values.controllerEnv }}',
    controllerSecret:
      controllerSecret === undefined ? undefined : { ...controllerSecret, name: '{{ .Values.controllerSecret }}' },
    resources: '{{ toJson .Values.resources }}',
    controllerResources: '{{ toJson .Values.controllerResources }}',
    tls: {
      mode: tls.mode,
      secretName: tls.mode === 'secret' ? '{{ .Values.tls.secretName }}' : '{{ include "name" . }}-tls',
      caBundle: { 'cert-manager': undefined, secret: '{{ .Values.tls.caBundle }}', generated: '{{ $tls.ca }}' }[
        tls.mode
      ],
    },
  }
}

function valuesOf(placement: Placement, { controlled }: ServedProject): string {
  const { serviceAccount, controllerEnv, controllerSecret } = placement
  const { image, storage, replicas, etcdServers, etcdSecret, volumeSize, storageClass, imagePullSecrets, tls } =
    placement
  return yamlOf([
    {
      image,
      ...(storage === 'lmdb'
        ? { volumeSize, ...(storageClass === undefined ? {} : { storageClass }) }
        : {
            replicas,
            etcd: { servers: etcdServers, ...(etcdSecret === undefined ? {} : { secretName: etcdSecret }) },
          }),
      ...(typeof imagePullSecrets === 'object' ? { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) } : {}),
      ...(serviceAccount === undefined ? {} : { serviceAccount }),
      ...(controlled && controllerEnv !== undefined ? { controllerEnv } : {}),
      ...(controlled && controllerSecret !== undefined ? { controllerSecret: controllerSecret.name } : {}),
      ...(tls.mode === 'secret' ? { tls: { secretName: tls.secretName, caBundle: tls.caBundle } } : {}),
      // true makes a new certificate at the next upgrade.
      ...(tls.mode === 'generated' ? { tls: { renew: false } } : {}),
      resources: standardResources,
      ...(controlled ? { controllerResources: standardResources } : {}),
      podDisruptionBudget: true,
      networkPolicy: true,
    },
  ])
}

const optional: Readonly<Record<string, string>> = {
  'pod-disruption-budget': 'podDisruptionBudget',
  'network-policy': 'networkPolicy',
}

function templateOf(name: string, yaml: string, placement: Placement): string {
  // What is no text in the end has no quotes around it.
  const body = yaml.replace(/'(\{\{ (?:int|toJson) [^}]*\}\})'/g, '$1')
  const value = optional[name]
  if (value !== undefined) return `{{- if .Values.${value} }}\n${body}{{- end }}\n`
  return name === 'apiservices' && placement.tls.mode === 'generated' ? generatedTls(body) : body
}

/** One certificate for the Secret and the APIServices: that of the release before, unless there is none or it is to be renewed. */
function generatedTls(apiServices: string): string {
  return `{{- $name := include "name" . }}
{{- $host := printf "%s.%s.svc" $name .Release.Namespace }}
{{- $tls := dict }}
{{- $known := lookup "v1" "Secret" .Release.Namespace (printf "%s-tls" $name) }}
{{- if and $known (not .Values.tls.renew) }}
{{- $tls = dict "ca" (index $known.data "ca.crt") "crt" (index $known.data "tls.crt") "key" (index $known.data "tls.key") }}
{{- else }}
{{- $ca := genCA (printf "%s-ca" $name) 3650 }}
{{- $names := list $host (printf "%s.%s" $name .Release.Namespace) (printf "%s.cluster.local" $host) "localhost" }}
{{- $made := genSignedCert $host nil $names 365 $ca }}
{{- $authorities := $ca.Cert }}
{{- if $known }}
{{- $authorities = printf "%s%s" $ca.Cert (index $known.data "ca.crt" | b64dec) }}
{{- end }}
{{- $tls = dict "ca" (b64enc $authorities) "crt" (b64enc $made.Cert) "key" (b64enc $made.Key) }}
{{- end }}
apiVersion: v1
kind: Secret
metadata:
  name: '{{ $name }}-tls'
  namespace: '{{ .Release.Namespace }}'
type: kubernetes.io/tls
data:
  ca.crt: '{{ $tls.ca }}'
  tls.crt: '{{ $tls.crt }}'
  tls.key: '{{ $tls.key }}'
---
${apiServices}`
}

const names = `{{- define "name" -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
`
