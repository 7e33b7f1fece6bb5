/** The objects that stand for a mail site, as someone would write them. */
import { stringify } from 'yaml'
import type { KeyPair } from '../support/certificates.ts'
import { hostName } from '../support/clients.ts'

const namespace = 'mail'
const secretName = 'mail-example-com'

export interface Listener {
  readonly name: string
  readonly protocol: 'IMAP' | 'POP3' | 'SMTP'
  readonly port: number
  readonly tls: 'StartTLS' | 'Implicit'
  /** A Service and the name of its port. */
  readonly backend: readonly [service: string, port: string]
}

export function mailProxy(
  name: string,
  auth: 'Passthrough' | 'None',
  listeners: readonly Listener[],
): string {
  return stringify({
    apiVersion: 'postern.dev/v1alpha1',
    kind: 'MailProxy',
    metadata: { name, namespace },
    spec: {
      serverName: hostName,
      auth: { type: auth },
      tls: [{ secretName }],
      listeners: listeners.map(({ backend: [service, port], ...listener }) => ({
        ...listener,
        backendRefs: [{ name: service, port }],
      })),
    },
  })
}

export function secret({ certificate, key }: KeyPair): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: secretName, namespace },
    type: 'kubernetes.io/tls',
    stringData: { 'tls.crt': certificate, 'tls.key': key },
  })
}

type Ports = Readonly<Record<string, number>>

/** `ports`: by name, those of the one endpoint, 127.0.0.1. */
export function service(name: string, ports: Ports): string {
  const entries = Object.entries(ports)
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace },
      spec: { ports: entries.map(([port], index) => ({ name: port, port: 1_000 + index })) },
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name, namespace, labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      ports: entries.map(([port, number]) => ({ name: port, port: number })),
      endpoints: [{ addresses: ['127.0.0.1'], conditions: { ready: true } }],
    },
  ]
    .map(object => stringify(object))
    .join('---\n')
}
