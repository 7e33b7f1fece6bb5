/** The ways to log in, up to the line that the auth server is asked about. */
import type { ProtocolName } from '../../src/words/protocol-name.ts'
import type { Line } from '../support/nginx-client.ts'
import type { Rows } from './commands.ts'

const base64 = (text: string): string => Buffer.from(text, 'latin1').toString('base64')

export const plainResponse = base64('\0alice\0secret')
const digest = base64(`alice ${'0123456789abcdef'.repeat(2)}`)

/** SASL, behind the command that begins it. */
function sasl(command: string): Rows {
  return [
    ['PLAIN with an initial response', [`${command} PLAIN ${plainResponse}`]],
    ['PLAIN when asked', [`${command} PLAIN`, plainResponse]],
    ['PLAIN on behalf of another', [`${command} PLAIN ${base64('boss\0alice\0secret')}`]],
    ['PLAIN with an empty password', [`${command} PLAIN ${base64('\0alice\0')}`]],
    ['PLAIN without padding', [`${command} PLAIN`, base64('\0alice\0secrets').replace(/=+$/, '')]],
    ['PLAIN with octets to escape', [`${command} PLAIN ${base64('\0al ice%\0s\t\x7f\xe9+="')}`]],
    ['LOGIN', [`${command} LOGIN`, base64('alice'), base64('secret')]],
    ['LOGIN with the user name', [`${command} LOGIN ${base64('alice')}`, base64('secret')]],
    [
      'LOGIN with more behind its answers',
      [`${command} LOGIN`, `${base64('abcabc')} `, `${base64('secret')}  more`],
    ],
    ['PLAIN with a space behind its answer', [`${command} PLAIN`, `${plainResponse} `]],
    ['CRAM-MD5', [`${command} CRAM-MD5`, digest]],
    ['EXTERNAL', [`${command} EXTERNAL`, base64('alice')]],
    ['EXTERNAL with an empty name', [`${command} EXTERNAL`, '']],
  ]
}

export const logins: Readonly<Record<ProtocolName, Rows>> = {
  imap: [
    ['LOGIN with atoms', ['a LOGIN alice secret']],
    ['LOGIN in small letters', ['a login alice secret']],
    ['LOGIN with an empty password', ['a LOGIN alice ""']],
    ['LOGIN with strings', ['a LOGIN "al\\"ice" "se\\\\cr et"']],
    ['LOGIN with literals', ['a LOGIN {5}', 'alice {6}', 'secret']],
    ['LOGIN with a literal as password', ['a LOGIN alice {6}', 'secret']],
    ['LOGIN with literals that do not wait', ['a LOGIN {5+}\r\nalice {6+}\r\nsecret']],
    ['LOGIN with a literal of two lines', ['a LOGIN alice {7}', 'se"\\ {]']],
    ['LOGIN with a long tag', [`${'t.-_'.repeat(8)} LOGIN alice secret`]],
    ['LOGIN behind other commands', ['a CAPABILITY', 'b NOOP', 'c LOGIN alice secret']],
    ...sasl('a AUTHENTICATE').map(([title, lines]) => [`AUTHENTICATE ${title}`, lines] as const),
  ],
  pop3: [
    ['USER and PASS', ['USER alice', 'PASS secret']],
    ['USER and PASS with spaces', ['USER  al ice ', 'PASS  se cret ']],
    ['USER and PASS in small letters', ['user alice', 'noop', 'pass secret']],
    ['APOP', [`APOP alice ${'0123456789abcdef'.repeat(2)}`]],
    ['USER behind other commands', ['CAPA', 'USER alice', 'PASS secret']],
    ...sasl('AUTH').map(([title, lines]) => [`AUTH ${title}`, lines] as const),
  ],
  smtp: [
    ['AUTH PLAIN without EHLO', [`AUTH PLAIN ${plainResponse}`]],
    ['AUTH PLAIN behind HELO', ['HELO client.test', `AUTH PLAIN ${plainResponse}`]],
    [
      'AUTH PLAIN behind EHLO and HELO',
      ['EHLO client.test', 'HELO client.test', `AUTH PLAIN ${plainResponse}`],
    ],
    ...sasl('AUTH').map(
      ([title, lines]) => [`AUTH ${title}`, ['EHLO client.test', ...lines]] as const,
    ),
  ],
}

/** The first recipient, which without login is what the auth server is asked about. */
export const recipients: Rows = [
  ['behind EHLO', ['EHLO client.test', 'MAIL FROM:<a@client.test>', 'RCPT TO:<bob@example.com>']],
  ['behind HELO', ['HELO client.test', 'MAIL FROM:<a@client.test>', 'RCPT TO:<bob@example.com>']],
  ['without a greeting', ['MAIL FROM:<a@client.test>', 'RCPT TO:<bob@example.com>']],
  [
    'with parameters and spaces',
    ['EHLO client.test', 'MAIL FROM:<a@client.test>  SIZE=10 ', 'rcpt to: <bob@example.com> '],
  ],
  [
    'behind RSET',
    [
      ...['EHLO client.test', 'MAIL FROM:<x@client.test>', 'RSET'],
      ...['MAIL FROM:<a@client.test>', 'RCPT TO:<bob@example.com>'],
    ],
  ],
]

/** One login of each protocol, for what does not depend on the way. */
export const usualLogin: Readonly<Record<ProtocolName, readonly Line[]>> = {
  imap: ['a LOGIN alice secret'],
  pop3: ['USER alice', 'PASS secret'],
  smtp: ['EHLO client.test', `AUTH PLAIN ${plainResponse}`],
}

/** The same without what need not be said twice, for a second try. */
export const nextLogin: Readonly<Record<ProtocolName, readonly Line[]>> = {
  imap: ['b LOGIN alice secret'],
  pop3: usualLogin.pop3,
  smtp: usualLogin.smtp.slice(1),
}

/** What a client says once it is logged in; the backend echoes it. */
export const afterwards: Readonly<Record<ProtocolName, readonly Line[]>> = {
  imap: ['a1 SELECT inbox', 'a2 FETCH 1 (FLAGS)'],
  pop3: ['STAT', 'RETR 1'],
  smtp: ['NOOP echo', 'VRFY echo'],
}
