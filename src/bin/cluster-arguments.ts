import { isLabel, isSubdomain } from '../api/names.ts'
import { parseAddress } from '../directives/address.ts'

/** What is to be known where objects come from an API server. */
export interface ClusterOptions {
  /** In place of what the environment says. */
  readonly kubeconfig?: string
  /** Empty: all of them. */
  readonly namespaces: readonly string[]
  /** The Service that leads to the relays. */
  readonly publish?: { readonly namespace: string; readonly name: string }
  /** Whether the ports of that Service follow the listeners. */
  readonly servicePorts: boolean
  readonly statusAddresses: readonly string[]
  readonly leaseName: string
  readonly leaseNamespace?: string
  readonly identity?: string
}

export const clusterFlags = {
  kubeconfig: { type: 'string' },
  'watch-namespaces': { type: 'string', multiple: true },
  'publish-service': { type: 'string' },
  'no-service-ports': { type: 'boolean' },
  'status-address': { type: 'string', multiple: true },
  'lease-name': { type: 'string' },
  'lease-namespace': { type: 'string' },
  identity: { type: 'string' },
} as const

interface Values {
  readonly kubeconfig?: string | undefined
  readonly 'watch-namespaces'?: string[] | undefined
  readonly 'publish-service'?: string | undefined
  readonly 'no-service-ports'?: boolean | undefined
  readonly 'status-address'?: string[] | undefined
  readonly 'lease-name'?: string | undefined
  readonly 'lease-namespace'?: string | undefined
  readonly identity?: string | undefined
}

/** The options, or what is wrong with them in a sentence. */
export function clusterOptions(
  values: Values,
  className: string | undefined,
): ClusterOptions | string {
  const namespaces = (values['watch-namespaces'] ?? []).flatMap(list => list.split(','))
  const odd = namespaces.find(one => !isLabel.holds(one))
  if (odd !== undefined) return `--watch-namespaces must name namespaces, not "${odd}"`
  if (namespaces.length > 0 && className === undefined)
    return '--watch-namespaces needs --class-name: classes belong to no namespace and are not read'
  const publish = serviceOf(values['publish-service'])
  if (typeof publish === 'string') return publish
  const lease = leaseOf(values, publish?.namespace)
  if (typeof lease === 'string') return lease
  const statusAddresses = values['status-address'] ?? []
  const wrong = statusAddresses.find(one => !parseAddress(one) && !isSubdomain.holds(one))
  if (wrong !== undefined)
    return `--status-address must be an address or a host name, not "${wrong}"`
  const { identity, kubeconfig } = values
  return {
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    namespaces: [...new Set(namespaces)],
    ...(publish ? { publish } : {}),
    servicePorts: publish !== undefined && !values['no-service-ports'],
    statusAddresses,
    ...lease,
    ...(identity === undefined ? {} : { identity }),
  }
}

function leaseOf(
  values: Values,
  published: string | undefined,
): Pick<ClusterOptions, 'leaseName' | 'leaseNamespace'> | string {
  const leaseName = values['lease-name'] ?? 'postern'
  if (!isSubdomain.holds(leaseName)) return `--lease-name ${isSubdomain.message}`
  const leaseNamespace = values['lease-namespace'] ?? published
  if (leaseNamespace === undefined) return { leaseName }
  return isLabel.holds(leaseNamespace)
    ? { leaseName, leaseNamespace }
    : `--lease-namespace ${isLabel.message}`
}

function serviceOf(word: string | undefined): ClusterOptions['publish'] | string {
  if (word === undefined) return undefined
  const [namespace = '', name = '', ...more] = word.split('/')
  return more.length === 0 && isLabel.holds(namespace) && isLabel.holds(name)
    ? { namespace, name }
    : `--publish-service must be NAMESPACE/NAME, not "${word}"`
}
