import { stringify } from 'yaml'
import { crds } from '../src/api/crd.ts'

/** The files that hold the CRDs: the manifests and the chart carry the same text. */
export const crdFiles = ['manifests/crds.yaml', 'charts/postern/crds/crds.yaml'] as const

export function crdText(): string {
  return crds
    .map(crd => `---\n${stringify(crd, { lineWidth: 0, aliasDuplicateObjects: false })}`)
    .join('')
}
