import { createServer } from 'node:net'
import { backendPorts, type Settings } from './settings.ts'

/** A port on 127.0.0.1 that the demo takes. */
export interface Endpoint {
  readonly port: number
  readonly what: string
  /** How to have it elsewhere. */
  readonly flag: string
}

/** The listeners of `manifests/demo`, by the ports in its objects. */
export const listeners = [
  { port: 143, what: 'IMAP, STARTTLS offered' },
  { port: 993, what: 'IMAP over TLS' },
  { port: 110, what: 'POP3, STLS offered' },
  { port: 995, what: 'POP3 over TLS' },
  { port: 25, what: 'SMTP without login (MX), STARTTLS offered' },
  { port: 587, what: 'submission, STARTTLS offered' },
  { port: 465, what: 'submission over TLS' },
] as const

/** Every port that the demo opens with these settings. */
export function endpoints(settings: Settings): readonly Endpoint[] {
  const { portOffset, backends, relayHttp, controllerHttp } = settings
  const flag = '--port-offset N'
  return [
    ...listeners.map(({ port, what }) => ({ port: port + portOffset, what, flag })),
    { port: relayHttp, what: 'HTTP of the relay', flag: '--relay-http PORT' },
    { port: controllerHttp, what: 'HTTP of the controller', flag: '--controller-http PORT' },
    ...backends.flatMap((base, at) =>
      Object.entries(backendPorts(base)).map(([name, port]) => ({
        port,
        what: `${name} of mail server mail-${at}.demo`,
        flag: '--backends N,N and the EndpointSlices of the folder',
      })),
    ),
  ]
}

/** Those that cannot be listened on now, with the system's reason. */
export async function taken(
  wanted: readonly Endpoint[],
): Promise<readonly { readonly endpoint: Endpoint; readonly code: string }[]> {
  const found = await Promise.all(
    wanted.map(async endpoint => {
      const code = await obstacle(endpoint.port)
      return code === undefined ? [] : [{ endpoint, code }]
    }),
  )
  return found.flat()
}

function obstacle(port: number): Promise<string | undefined> {
  const server = createServer()
  return new Promise(resolve => {
    server.on('error', error => resolve('code' in error ? String(error.code) : error.message))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(undefined)))
  })
}
