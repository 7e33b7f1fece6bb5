import type { Mechanism } from '../../words/mechanism.ts'
import { bearers, mechanisms } from '../../words/mechanism.ts'
import { optionalWords, set, words } from '../row.ts'
import { many, one } from '../shape.ts'
import type { Context } from '../syntax.ts'
import { duration, oneOf, text, type Value } from '../values.ts'
import { bufferSize } from './proxy.ts'
import { saidByAuth } from './without.ts'

const contexts: readonly Context[] = ['mail', 'server']

/** RFC 5321 4.5.3.1.5 and RFC 2449 4: a reply line has 512 octets; `250-` and CRLF are ours. */
const capability = text({
  expects: 'up to 500 characters of printable ASCII',
  pattern: '^[!-~]([ -~]*[!-~])?$',
  maxLength: 500,
})

/** Words of one capability directive, counted over all its lines. */
export const maxCapabilities = 64
const capabilities = many('NAME …', capability, maxCapabilities)

function authWords(...known: readonly Mechanism[]) {
  const value: Value<Mechanism> = oneOf(...known)
  // nginx lists mechanisms in an order of its own, whatever that of the words.
  const merge = (all: readonly Mechanism[]) => mechanisms.filter(one => all.includes(one))
  return { shape: many(known.join(' | ').concat(' …'), value, known.length), merge }
}

const imap = authWords('plain', 'login', 'cram-md5', 'external', ...bearers)
const pop3 = authWords('plain', 'apop', 'cram-md5', 'external', ...bearers)
const smtp = authWords('plain', 'login', 'cram-md5', 'external', ...bearers, 'none')

const buffer = (doc: string) =>
  set(one('SIZE', bufferSize), { contexts, default: '4k', fallback: 4096, field: true, doc })

export const protocolRows = {
  imap_capabilities: words(capabilities, {
    contexts,
    default: 'IMAP4 IMAP4rev1 UIDPLUS',
    fallback: ['IMAP4', 'IMAP4rev1', 'UIDPLUS'],
    field: true,
    doc: 'What CAPABILITY lists before the login; AUTH= and STARTTLS are added where they are offered.',
  }),
  imap_auth: words(imap.shape, {
    contexts,
    default: 'plain',
    fallback: ['plain'],
    merge: imap.merge,
    field: saidByAuth,
    doc: 'The mechanisms that IMAP clients are offered. LOGIN and AUTHENTICATE PLAIN and LOGIN are always taken.',
  }),
  imap_client_buffer: buffer('The longest IMAP command before the login, its literals included.'),
  pop3_capabilities: words(capabilities, {
    contexts,
    default: 'TOP USER UIDL',
    fallback: ['TOP', 'USER', 'UIDL'],
    field: true,
    doc: 'What CAPA lists, one line each; SASL and STLS are added where they are offered.',
  }),
  pop3_auth: words(pop3.shape, {
    contexts,
    default: 'plain',
    fallback: ['plain'],
    merge: pop3.merge,
    field: saidByAuth,
    doc: 'The mechanisms that POP3 clients are offered. USER, AUTH PLAIN and AUTH LOGIN are always taken.',
  }),
  pop3_client_buffer: buffer(
    'The longest POP3 command before the login; nginx, which has no such directive, takes 128 octets.',
  ),
  smtp_capabilities: optionalWords(capabilities, {
    contexts,
    field: true,
    doc: 'What the EHLO reply lists, one line each. Without it, and with `proxy_pass`, what the backends said of themselves counts.',
  }),
  smtp_auth: words(smtp.shape, {
    contexts,
    default: 'plain login',
    fallback: ['plain', 'login'],
    merge: smtp.merge,
    field: saidByAuth,
    doc: 'The mechanisms that SMTP clients are offered; `none` takes mail without a login.',
  }),
  smtp_client_buffer: buffer('The longest SMTP command before the login.'),
  smtp_greeting_delay: set(one('TIME', duration(0)), {
    contexts,
    default: '0',
    fallback: 0,
    field: true,
    doc: 'How long the greeting is held back; a client that speaks before it is sent away.',
  }),
}
