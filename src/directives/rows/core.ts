import { every, set } from '../row.ts'
import { one } from '../shape.ts'
import { type ErrorLog, errorLog } from '../shapes/error-log.ts'
import { network } from '../shapes/network.ts'
import { type Resolver, resolver } from '../shapes/resolver.ts'
import type { Context } from '../syntax.ts'
import { duration, integer, text } from '../values.ts'
import { fileOrProcess, saidByAuth, usual } from './without.ts'

const contexts: readonly Context[] = ['mail', 'server']

/** It stands in greetings and in EHLO. */
export const serverName = text({
  expects: 'a host name',
  pattern: '^[A-Za-z0-9_.:\\[\\]-]+$',
  maxLength: 253,
})

export const coreRows = {
  server_name: set(one('NAME', serverName), {
    contexts,
    default: "(the machine's name)",
    fallback: scope => scope.hostname,
    field: true,
    doc: 'The name that the proxy gives itself: in the SMTP greeting and its EHLO reply, in the challenge of CRAM-MD5 and APOP, and in the EHLO to a backend.',
  }),
  timeout: set(one('TIME', duration()), {
    contexts,
    default: '60s',
    fallback: 60_000,
    field: true,
    doc: 'How long a client may take from the greeting to its login, a TLS handshake may take, and a backend may take for its part of the login.',
  }),
  max_errors: set(one('NUMBER', integer(0, 1_000_000)), {
    contexts,
    default: '5',
    fallback: 5,
    field: true,
    doc: 'After so many lines that are no command at all the session is closed; 0 means 1.',
  }),
  max_commands: set(one('NUMBER', integer(1, 1_000_000)), {
    contexts,
    default: '1000',
    fallback: 1_000,
    field: true,
    doc: 'How many commands a client may say before its login; one more is answered as no command, and the session is closed.',
  }),
  resolver: set<Resolver>(resolver, {
    contexts,
    default: 'off',
    fallback: { kind: 'off' },
    field: saidByAuth,
    doc: "Whether an SMTP client's name is looked up, and confirmed by its address, to tell the backend and the auth server: by these name servers, in turn, or, with `system`, as the machine does. `valid=` is how long an answer counts; unless it is said, as long as its address record says, an hour at most, and a minute that there is no name.",
  }),
  resolver_timeout: set(one('TIME', duration()), {
    contexts,
    default: '30s',
    fallback: 30_000,
    field: saidByAuth,
    doc: 'How long each of the two lookups may take, with `system` both together and 5s at most; a client that was not found by then is `[TEMPUNAVAIL]`.',
  }),
  set_real_ip_from: every(network('host'), {
    contexts,
    field: usual,
    doc: 'A load balancer whose PROXY header says who the client is: for a connection from here that begins with one, the address and port in it are those of the client, everywhere.',
  }),
  error_log: every<ErrorLog>(errorLog, {
    contexts: ['main', 'mail', 'server'],
    default: 'stderr info',
    fallback: scope => [{ target: scope.errorLog, level: 'info' }],
    field: fileOrProcess,
    doc: 'Where the log goes beside standard output, and from which level on; the log of a server is of its sessions alone, and replaces that of `mail` and of main for them. The levels are debug, info, notice, warn, error, crit, alert or emerg; without a level, error. The record of each session is an info.',
  }),
}
