/** Objects as a user would write them, for an API server. */

export const serviceWith = (namespace: string, name: string, port: number): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace, name },
  spec: { ports: [{ name: 'mail', port }] },
})

export const sliceWith = (
  namespace: string,
  service: string,
  port: number,
  addresses: readonly string[],
): object => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { namespace, name: `${service}-1`, labels: { 'kubernetes.io/service-name': service } },
  addressType: 'IPv4',
  ports: [{ name: 'mail', port }],
  endpoints: addresses.map(address => ({ addresses: [address], conditions: { ready: true } })),
})

export interface Proxied {
  readonly namespace: string
  readonly name?: string
  readonly port: number
  readonly className: string
  /** A Secret: the listener is IMAPS then. */
  readonly secret?: string
  readonly service?: string
}

export function mailProxyFor(proxied: Proxied): object {
  const { namespace, name = 'corp', port, className, secret, service = 'dovecot' } = proxied
  return {
    apiVersion: 'postern.dev/v1alpha1',
    kind: 'MailProxy',
    metadata: { namespace, name },
    spec: {
      mailProxyClassName: className,
      serverName: 'mail.example.com',
      ...(secret === undefined ? {} : { tls: [{ secretName: secret }] }),
      listeners: [
        {
          name: 'imap',
          protocol: 'IMAP',
          port,
          tls: secret === undefined ? 'None' : 'Implicit',
          backendRefs: [{ name: service, port: 143 }],
        },
      ],
    },
  }
}

export const classNamed = (name: string, controller = 'postern.dev/controller'): object => ({
  apiVersion: 'postern.dev/v1alpha1',
  kind: 'MailProxyClass',
  metadata: { name },
  spec: { controller },
})

export const tlsSecret = (
  namespace: string,
  name: string,
  pair: { readonly certificate: string; readonly key: string },
): object => ({
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'kubernetes.io/tls',
  metadata: { namespace, name },
  stringData: { 'tls.crt': pair.certificate, 'tls.key': pair.key },
})
