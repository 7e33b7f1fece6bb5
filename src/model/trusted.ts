/** What sessions taught about backends → whether they know who the client is, and over what. */
import { printAddressPort } from '../directives/address.ts'
import type { ProtocolName } from '../words/protocol-name.ts'
import type { Reason } from '../words/reason.ts'
import type { Server } from './model.ts'
import type { Finding } from './programmed.ts'

/** As far as it is known. */
export interface BackendFact {
  /** One of the words of `words/identity.ts`. */
  readonly identity: string | undefined
  /** Whether the last leg was TLS when credentials went over it. */
  readonly secure: boolean | undefined
}

/** What to add to the backend's configuration, where it is one of the usual ones. */
const cures: Readonly<Record<ProtocolName, string>> = {
  smtp: 'Postfix: smtpd_authorized_xclient_hosts = POD_NETWORK; Dovecot: login_trusted_networks = POD_NETWORK',
  imap: 'Dovecot: login_trusted_networks = POD_NETWORK',
  pop3: 'Dovecot: login_trusted_networks = POD_NETWORK',
}

interface Doubt {
  readonly reason: Reason
  readonly sentence: string
}

/** In the order in which they count. */
const order: readonly Reason[] = ['IdentityRefused', 'IdentityIgnored', 'PlaintextBackend']

/** Of the listeners of one object. It turns only when what is known of a backend does. */
export function trusted(
  servers: readonly Server[],
  facts: ReadonlyMap<string, BackendFact>,
): Finding {
  const met = servers.flatMap(server =>
    server.backend.endpoints.flatMap(endpoint => {
      const place = printAddressPort(endpoint)
      const fact = facts.get(place)
      return fact ? [doubts(server, place, fact)] : []
    }),
  )
  if (met.length === 0) return { status: 'Unknown', reason: 'NoBackendSeen', sentences: [] }
  const all = met.flat()
  const reason = order.find(one => all.some(doubt => doubt.reason === one))
  return reason === undefined
    ? { status: 'True', reason: 'BackendsTrusted', sentences: [] }
    : { status: 'False', reason, sentences: all.map(({ sentence }) => sentence) }
}

function doubts(server: Server, place: string, fact: BackendFact): readonly Doubt[] {
  const { protocol, identified, auth } = server
  const cure = `add to its configuration, with the network of the pods: ${cures[protocol]}`
  const told = identified ? identityDoubt(fact.identity, `${protocol} backend ${place}`, cure) : []
  const plain = fact.secure === false && auth.kind !== 'none'
  return [
    ...told,
    ...(plain
      ? [
          {
            reason: 'PlaintextBackend' as const,
            sentence: `${protocol} backend ${place} is given credentials in clear text: let it offer STARTTLS, or set tls.mode of its backendRef`,
          },
        ]
      : []),
  ]
}

/** The other outcomes are as wanted, or unknown. */
const identityDoubts: ReadonlyMap<string, readonly [reason: Reason, fault: string]> = new Map([
  ['refused', ['IdentityRefused', 'refuses to be told who the client is']],
  ['ignored', ['IdentityIgnored', 'does not believe who the client is']],
  ['not-offered', ['IdentityIgnored', 'offers no way to be told who the client is']],
])

function identityDoubt(
  identity: string | undefined,
  backend: string,
  cure: string,
): readonly Doubt[] {
  const [reason, fault] = identityDoubts.get(identity ?? '') ?? []
  return reason === undefined ? [] : [{ reason, sentence: `${backend} ${fault}: ${cure}` }]
}
