import { startTlsModes } from '../../words/starttls.ts'
import { every, optional, set, words } from '../row.ts'
import { many, one } from '../shape.ts'
import { certificate } from '../shapes/certificate.ts'
import { confCommand } from '../shapes/conf-command.ts'
import { file } from '../shapes/file.ts'
import { pem } from '../shapes/pem.ts'
import { type SessionCache, sessionCache } from '../shapes/session-cache.ts'
import type { Context } from '../syntax.ts'
import { duration, flag, integer, oneOf, text, type Value } from '../values.ts'
import { noEffect, saidByTls, usual } from './without.ts'

const contexts: readonly Context[] = ['mail', 'server']

const versions = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const
const someVersions = many('VERSION …', oneOf(...versions), versions.length)

/** Without the two that OpenSSL no longer speaks, which old files name. */
const protocols: typeof someVersions = {
  ...someVersions,
  most: versions.length + 2,
  parse(args, scope, name) {
    const gone = args.filter(({ text }) => /^SSLv[23]$/i.test(text))
    if (gone[0] && gone.length === args.length) {
      scope.fault(gone[0].position, `"${name}" names no version that is spoken, such as TLSv1.2`)
      return undefined
    }
    for (const { text, position } of gone)
      scope.notice(position, `"${name} ${text}" has no effect: OpenSSL no longer speaks it`)
    return someVersions.parse(
      args.filter(word => !gone.includes(word)),
      scope,
      name,
    )
  },
}

/** OpenSSL's list of ciphers. */
const ciphers = text({
  expects: 'a list of ciphers, such as HIGH:!aNULL',
  pattern: '^[A-Za-z0-9_:!+@=, -]+$',
  maxLength: 4096,
})

const curves = text({
  expects: 'a list of curves, such as X25519:prime256v1',
  pattern: '^[A-Za-z0-9_.:/?*-]+$',
  maxLength: 1024,
})

const seconds = duration(1_000)
/** OpenSSL counts in seconds. */
const wholeSeconds: Value<number> = {
  ...seconds,
  expects: `${seconds.expects}, in whole seconds`,
  parse: word => {
    const time = seconds.parse(word)
    return time !== undefined && time % 1_000 === 0 ? time : undefined
  },
}

export const sslRows = {
  starttls: set(one('off | on | only', oneOf(...startTlsModes)), {
    contexts,
    default: 'off',
    fallback: 'off',
    field: saidByTls,
    doc: 'Whether STARTTLS (POP3: STLS) is offered; with `only` nothing but it is taken in clear text.',
  }),
  ssl_certificate: every(certificate, {
    contexts,
    field: saidByTls,
    doc: 'A certificate with its chain, in PEM. The first serves clients that name no host; the others those that ask for one of the names given here, or else of the names in the certificate. Behind `data:` stands the PEM itself.',
  }),
  ssl_certificate_key: every(pem, {
    contexts,
    field: saidByTls,
    doc: 'The key of a certificate, in PEM; the first belongs to the first certificate, and so on. Behind `data:` stands the PEM itself, which then is no secret to whoever reads this text; `engine:` and `store:` are refused.',
  }),
  ssl_protocols: words(protocols, {
    contexts,
    default: 'TLSv1.2 TLSv1.3',
    fallback: ['TLSv1.2', 'TLSv1.3'],
    merge: all => versions.filter(known => all.includes(known)),
    field: usual,
    doc: 'The versions of TLS that are spoken: TLSv1, TLSv1.1, TLSv1.2, TLSv1.3.',
  }),
  ssl_ciphers: set(one('CIPHERS', ciphers), {
    contexts,
    default: 'HIGH:!aNULL:!MD5',
    fallback: 'HIGH:!aNULL:!MD5',
    field: usual,
    doc: "The ciphers up to TLS 1.2, in OpenSSL's words.",
  }),
  ssl_prefer_server_ciphers: set(one('on | off', flag), {
    contexts,
    default: 'off',
    fallback: false,
    field: usual,
    doc: "Whether the order of `ssl_ciphers` counts, and not the client's.",
  }),
  ssl_ecdh_curve: set(one('CURVES', curves), {
    contexts,
    default: 'auto',
    fallback: 'auto',
    field: usual,
    doc: "The groups for the key exchange, in OpenSSL's names, separated by colons; `auto` leaves them to it.",
  }),
  ssl_dhparam: optional(file('besideConfig'), {
    contexts,
    field: usual,
    doc: 'Parameters for the DHE ciphers up to TLS 1.2, in PEM, of 2048 bits or more; without them there are no such ciphers.',
  }),
  ssl_conf_command: every(confCommand, {
    contexts,
    field: usual,
    doc: "A command of OpenSSL's configuration, which goes before the other directives: `CipherString`, `Ciphersuites`, `Curves` or `Groups`, `MinProtocol`, `MaxProtocol`, `Options`, `SignatureAlgorithms`.",
  }),
  ssl_session_cache: set<SessionCache>(sessionCache, {
    contexts,
    default: 'none',
    fallback: { words: ['none'] },
    repeat: 'replaces',
    field: noEffect,
    doc: 'Accepted and without effect: sessions are resumed by tickets, and nothing is kept of them here.',
  }),
  ssl_session_timeout: set(one('TIME', wholeSeconds), {
    contexts,
    default: '5m',
    fallback: 300_000,
    field: usual,
    doc: 'How long a session of TLS may be resumed, in whole seconds.',
  }),
  ssl_session_tickets: set(one('on | off', flag), {
    contexts,
    default: 'on',
    fallback: true,
    field: usual,
    doc: 'Whether clients are given tickets to resume their session of TLS.',
  }),
  ssl_session_ticket_key: every(file('besideConfig'), {
    contexts,
    field: usual,
    doc: 'The key of the tickets, a file of 48 octets, so that several relays take the same; only the first counts. Without it each relay makes its own.',
  }),
  ssl_verify_client: set(
    one('off | on | optional | optional_no_ca', oneOf('off', 'on', 'optional', 'optional_no_ca')),
    {
      contexts,
      default: 'off',
      fallback: 'off',
      field: usual,
      doc: 'Whether clients are asked for a certificate over TLS: `on` sends away who has none that is valid, `optional` who has one that is not; `optional_no_ca` leaves the authority to the auth server.',
    },
  ),
  ssl_verify_depth: set(one('NUMBER', integer(0, 100)), {
    contexts,
    default: '1',
    fallback: 1,
    field: usual,
    doc: "How many authorities may stand between a client's certificate and one that is trusted.",
  }),
  ssl_client_certificate: optional(file('besideConfig'), {
    contexts,
    field: usual,
    doc: "The authorities that clients' certificates are verified with, in PEM, whose names clients are told.",
  }),
  ssl_trusted_certificate: optional(file('besideConfig'), {
    contexts,
    field: usual,
    doc: "Further authorities that clients' certificates are verified with, in PEM.",
  }),
  ssl_crl: optional(file('besideConfig'), {
    contexts,
    field: usual,
    doc: "Revocation lists for clients' certificates, in PEM, one of each authority.",
  }),
  ssl_password_file: optional(file('besideConfig'), {
    contexts,
    field: saidByTls,
    doc: 'Passphrases of encrypted keys, one a line, which are tried in turn.',
  }),
  ssl_certificate_compression: set(one('on | off', flag), {
    contexts,
    default: 'off',
    fallback: false,
    field: noEffect,
    doc: 'Accepted and without effect: Node does not compress certificates.',
  }),
}
