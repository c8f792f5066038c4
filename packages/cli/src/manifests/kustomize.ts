import type { ServedProject } from '../project/served-resources.ts'
import type { SourceFile } from '../scaffold/changes.ts'
import { generatedFile, yamlOf } from './generated-file.ts'
import { manifestFiles, namespace } from './manifests.ts'
import type { Placement } from './placement.ts'

/** The base of a Kustomize layout below `folder`. */
export function kustomizeBase(folder: string, placement: Placement, project: ServedProject): SourceFile[] {
  const files = { namespace: [namespace(placement)], ...manifestFiles(placement, project) }
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    // No `namespace:` here: it would move the RoleBinding that has to be in kube-system.
    resources: Object.entries(files)
      .filter(([, objects]) => objects.length)
      .map(([name]) => `${name}.yaml`),
    ...(placement.tls.mode === 'generated'
      ? {
          secretGenerator: [
            {
              name: placement.tls.secretName,
              namespace: placement.namespace,
              type: 'kubernetes.io/tls',
              files: ['certificates/tls.crt', 'certificates/tls.key'],
              // The server reads a new certificate by itself.
              options: { disableNameSuffixHash: true },
            },
          ],
        }
      : {}),
  }
  return [
    generatedFile(`${folder}/kustomization.yaml`, yamlOf([kustomization])),
    ...Object.entries(files)
      .filter(([, objects]) => objects.length)
      .map(([name, objects]) => generatedFile(`${folder}/${name}.yaml`, yamlOf(objects))),
  ]
}

/** The place for what one installation has different; never written over. */
export const kustomizeOverlay = (path: string): SourceFile => ({
  path,
  text: `# Yours: what this installation has different from ../../base, as patches, images or replicas.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ../../base
`,
})
