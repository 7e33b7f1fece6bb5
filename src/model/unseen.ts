import { readLabel } from '../api/objects.ts'

const label = `the label ${readLabel}: "true"`

/**
 * What is said of an object that is not there: it may be there all the same, and be one that a cluster
 * does not show to the controller. Fragments that finish the sentence "the Secret NAME …".
 */
export const unseen = {
  /** Of `tls`. */
  pair: 'does not exist (in a cluster it is read only if its type is kubernetes.io/tls)',
  Secret: `does not exist (in a cluster it is read only with ${label}, unless its type is kubernetes.io/tls)`,
  ConfigMap: `does not exist (in a cluster it is read only with ${label})`,
} as const
