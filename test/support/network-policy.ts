/** What a NetworkPolicy of version v1 means for a connection to a pod, as the API reference says it. */
import { BlockList, isIPv6 } from 'node:net'

type Labels = Readonly<Record<string, string>>

export interface Selector {
  readonly matchLabels?: Labels
}

export interface Peer {
  readonly podSelector?: Selector
  readonly namespaceSelector?: Selector
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] }
}

export interface PolicySpec {
  readonly podSelector: Selector
  readonly policyTypes: readonly string[]
  readonly ingress?: readonly {
    readonly from?: readonly Peer[]
    readonly ports?: readonly {
      readonly protocol?: string
      readonly port?: number
      readonly endPort?: number
    }[]
  }[]
}

/** Who connects: a pod, or an address beyond the cluster. */
export type Source =
  | { readonly labels: Labels; readonly namespace: { readonly name: string } }
  | { readonly address: string }

export interface Connection {
  readonly from: Source
  readonly protocol: 'TCP' | 'UDP'
  readonly port: number
}

export function selects({ matchLabels = {} }: Selector, labels: Labels): boolean {
  return Object.entries(matchLabels).every(([name, value]) => labels[name] === value)
}

/** Of a policy in `namespace` that selects the pod; without one everything is let in. */
export function letsIn(spec: PolicySpec, namespace: string, connection: Connection): boolean {
  if (!spec.policyTypes.includes('Ingress')) return true
  return (spec.ingress ?? []).some(({ from = [], ports = [] }) => {
    const isPort = ports.some(
      ({ protocol = 'TCP', port, endPort = port }) =>
        protocol === connection.protocol &&
        (port === undefined || connection.port >= port) &&
        (endPort === undefined || connection.port <= endPort),
    )
    const isPeer = from.some(peer => isFrom(peer, namespace, connection.from))
    // A list that is empty is no condition.
    return (ports.length === 0 || isPort) && (from.length === 0 || isPeer)
  })
}

function isFrom(
  { podSelector, namespaceSelector, ipBlock }: Peer,
  namespace: string,
  source: Source,
): boolean {
  if ('address' in source) return ipBlock !== undefined && isIn(ipBlock, source.address)
  if (ipBlock) return false
  const { name } = source.namespace
  const isThere = namespaceSelector
    ? selects(namespaceSelector, { 'kubernetes.io/metadata.name': name })
    : name === namespace
  return isThere && selects(podSelector ?? {}, source.labels)
}

function isIn({ cidr, except = [] }: NonNullable<Peer['ipBlock']>, address: string): boolean {
  return within(cidr, address) && !except.some(one => within(one, address))
}

function within(cidr: string, address: string): boolean {
  const [network = '', length = ''] = cidr.split('/')
  const family = (ip: string) => (isIPv6(ip) ? 'ipv6' : 'ipv4')
  const list = new BlockList()
  list.addSubnet(network, Number(length), family(network))
  return list.check(address, family(address))
}
