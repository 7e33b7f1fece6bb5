import { failures } from '../words/failure.ts'
import { identities } from '../words/identity.ts'
import { mechanisms } from '../words/mechanism.ts'
import { protocolNames } from '../words/protocol-name.ts'
import { stages } from '../words/stage.ts'

/**
 * Every metric of both programs: what it is called (behind `postern_`), what it says, and which
 * labels it has. Labels are closed unions or names of things that someone configured, never a user,
 * an address or a text of a stranger. `docs/metrics.md` is printed from here.
 */
export interface Row {
  readonly type: 'counter' | 'gauge' | 'histogram' | 'info'
  readonly help: string
  readonly labels: Readonly<Record<string, Label>>
  /** Upper bounds in seconds, ascending; of histograms only. */
  readonly buckets?: readonly number[]
  /** Called as it is, without `postern_`: a name that dashboards of other controllers know. */
  readonly known?: true
}

/** The words that a label can have, or what kind of thing it names. */
export type Label = readonly string[] | { readonly names: string }

export type Table = Readonly<Record<string, Row>>

const names = <const What extends string>(what: What) => ({ names: what }) as const
type Labels = Row['labels']
const counter = <const L extends Labels>(help: string, labels: L) =>
  ({ type: 'counter', help, labels }) as const
const gauge = <const L extends Labels>(help: string, labels: L) =>
  ({ type: 'gauge', help, labels }) as const
/** One series at a time, whose value is 1 and whose labels are what it says. */
const info = <const L extends Labels>(help: string, labels: L) =>
  ({ type: 'info', help, labels }) as const
const histogram = <const L extends Labels>(help: string, labels: L, buckets: readonly number[]) =>
  ({ type: 'histogram', help, labels, buckets }) as const

const known = <const R extends Row>(row: R) => ({ ...row, known: true }) as const

const protocol = protocolNames
const listener = names('a listener: the `name=` of its `listen`, else `address:port`')
const backend = names('a backend: an `upstream`, else the address and port of `proxy_pass`')
const generation = names('the sha256 of a text, in hex')

const short = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]
const sessions = [1, 5, 15, 60, 300, 900, 3_600, 14_400, 43_200, 86_400]

const both = {
  build_info: info('The program that runs; always 1.', {
    version: names('the version'),
    node_version: names("Node's version"),
  }),
  metric_overflow_total: counter(
    'Label sets that had no room in a metric and are counted in its series with label values `other`.',
    { metric: names('a metric') },
  ),
  log_records_dropped_total: counter('Log records that could not be written.', {}),
} as const satisfies Table

export const relayMetrics = {
  ...both,
  connections_accepted_total: counter('Connections accepted from clients.', { protocol, listener }),
  connections_active: gauge('Connections of clients that are open.', { protocol, listener }),
  connections_rejected_total: counter('Connections of clients closed before a greeting.', {
    protocol,
    listener,
    reason: ['access', 'limit', 'proxy'],
  }),
  session_duration_seconds: histogram(
    'How long sessions lasted, from accept to close.',
    { protocol },
    sessions,
  ),
  session_failures_total: counter('Sessions and logins that failed: where and by whose fault.', {
    protocol,
    stage: stages,
    failure: failures,
  }),
  tls_handshakes_total: counter('TLS handshakes with clients.', {
    protocol,
    result: ['ok', 'failed'],
    tls_version: ['TLSv1.2', 'TLSv1.3', 'other'],
  }),
  tls_handshake_duration_seconds: histogram(
    'How long successful TLS handshakes with clients took.',
    { protocol },
    short,
  ),
  starttls_injection_total: counter(
    'Octets found behind a STARTTLS that had no business there; they were dropped.',
    { protocol, side: ['front', 'back'] },
  ),
  protocol_errors_total: counter("Clients' lines that were no command, and what was too long.", {
    protocol,
    reason: ['fault', 'too_long', 'too_many'],
  }),
  auth_total: counter(
    'Logins (for SMTP without login, first recipients), by what became of them.',
    {
      protocol,
      mechanism: mechanisms,
      result: ['ok', 'denied', 'tempfail', 'timeout', 'limited'],
    },
  ),
  auth_duration_seconds: histogram(
    'From the credentials to the verdict, the backend leg included.',
    { protocol },
    short,
  ),
  auth_server_requests_total: counter('Requests to an `auth_http` server.', {
    result: ['ok', 'denied', 'wait', 'invalid', 'timeout', 'error'],
  }),
  auth_server_duration_seconds: histogram('How long `auth_http` servers took.', {}, short),
  upstream_connects_total: counter('Tries to reach a backend and to log in to it.', {
    protocol,
    backend,
    result: ['ok', ...failures],
  }),
  upstream_connect_duration_seconds: histogram(
    'From dialling a backend to the end of its login.',
    { protocol },
    short,
  ),
  upstream_active: gauge('Connections to a backend that are open.', { protocol, backend }),
  upstream_legs_total: counter('Logins at a backend, by how the leg was secured.', {
    protocol,
    backend,
    tls: ['none', 'tls'],
  }),
  identity_total: counter("What became of telling a backend the client's identity.", {
    protocol,
    backend,
    outcome: identities,
  }),
  bytes_total: counter('Octets relayed after login: `up` to the backend, `down` to the client.', {
    protocol,
    direction: ['up', 'down'],
  }),
  draining: gauge('1 while the relay is leaving.', {}),
  config_applied_info: info('The text that the relay runs on; always 1.', { generation }),
  config_last_apply_successful: gauge('Whether the last text was applied: 1, else 0.', {}),
  config_last_apply_timestamp_seconds: gauge('When a text was applied last (Unix time).', {}),
  config_apply_duration_seconds: histogram('How long applying a text took.', {}, short),
  listeners: gauge('Listeners of the text that runs, by what became of them.', {
    outcome: ['applied', 'kept', 'failed'],
  }),
} as const satisfies Table

const reflected = names('a kind')
const queue = ['status'] as const

export const controllerMetrics = {
  ...both,
  rebuilds_total: counter('Rebuilds of the text from all objects.', {
    result: ['changed', 'unchanged', 'failed'],
  }),
  rebuild_duration_seconds: histogram('How long rebuilds took.', {}, short),
  rebuild_timestamp_seconds: gauge('When the text was rebuilt last (Unix time).', {}),
  config_desired_info: info('The text that was published last; always 1.', { generation }),
  config_applied_info: info('The text that the relay last said it runs on; always 1.', {
    generation,
  }),
  publishes_total: counter(
    'Texts handed to the relay: `partial` where a listener was kept or failed.',
    { result: ['applied', 'partial', 'refused', 'unreachable', 'failed'] },
  ),
  publish_duration_seconds: histogram('From writing a text to the answer of the relay.', {}, short),
  mailproxies: gauge('MailProxy objects by namespace and state.', {
    namespace: names('a namespace'),
    state: ['accepted', 'partially_invalid', 'rejected', 'conflicted'],
  }),
  objects: gauge('Objects that were read.', { kind: names('a kind') }),
  source_errors: gauge('Files, documents or kinds of the source that cannot be read now.', {}),
  source_synced: gauge('1 once the source was read whole.', {}),
  certificate_expiration_timestamp_seconds: gauge(
    'When the certificate of a Secret expires (Unix time).',
    { namespace: names('a namespace'), secret: names('a Secret') },
  ),
  reflector_lists_total: counter('Lists that were read whole.', { kind: reflected }),
  reflector_watches_total: counter('Watches that ended, by how.', {
    kind: reflected,
    reason: ['ended', 'expired', 'silent', 'corrupt', 'refused', 'lost'],
  }),
  reflector_events_total: counter('Events and bookmarks of watches.', { kind: reflected }),
  reflector_missed_events_total: counter(
    'Objects that a list had otherwise than the watch had told them: a fault of the API server or of ours.',
    { kind: reflected },
  ),
  reflector_last_event_age_seconds: gauge(
    'Since the last list, event or bookmark; a live watch has one about every minute.',
    { kind: reflected },
  ),
  reflector_synced: gauge('1 once every kind was read whole.', {}),
  status_updates_total: counter('Statuses written to the API server.', {
    result: ['success', 'conflict', 'failed'],
  }),
  events_total: counter('Events written to the API server.', {
    result: ['success', 'failed', 'dropped'],
  }),
  service_port_updates_total: counter('Times that the ports of the published Service were set.', {
    result: ['success', 'conflict', 'failed'],
  }),
  fleet_pods: gauge('Ready pods of the published Service as the leader last saw them.', {
    state: ['agreed', 'different', 'silent'],
  }),
  workqueue_depth: known(gauge('Objects whose status waits to be written.', { name: queue })),
  workqueue_adds_total: known(counter('Objects that were given to the queue.', { name: queue })),
  workqueue_retries_total: known(counter('Objects that are tried again.', { name: queue })),
  rest_client_requests_total: known(
    counter('Requests to the API server.', {
      code: names('the HTTP status, or `<error>`'),
      method: ['GET', 'POST', 'PUT', 'PATCH'],
      host: names('the API server'),
    }),
  ),
  rest_client_request_duration_seconds: known(
    histogram(
      'How long requests to the API server took; of watches, until they began.',
      {
        verb: ['GET', 'LIST', 'WATCH', 'CREATE', 'UPDATE', 'PATCH'],
        host: names('the API server'),
      },
      short,
    ),
  ),
  leader_election_master_status: known(
    gauge('1 while this controller leads.', { name: names('a Lease') }),
  ),
} as const satisfies Table
