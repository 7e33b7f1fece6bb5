/** What clients say before they log in, or instead of it. Each is said on every door of its protocol. */
import type { ProtocolName } from '../../src/words/protocol-name.ts'
import type { Line } from '../support/nginx-client.ts'

export type Rows = readonly (readonly [title: string, lines: readonly Line[]])[]

/** The command that closes, which stands behind all that is said. */
export const farewell: Readonly<Record<ProtocolName, Line>> = {
  imap: 'z LOGOUT',
  pop3: 'QUIT',
  smtp: 'QUIT',
}

const many = (times: number, line: Line): readonly Line[] =>
  Array.from({ length: times }, () => line)
const base64 = (text: string): string => Buffer.from(text, 'latin1').toString('base64')

/** Exchanges that come to nothing, behind the command that begins one. */
function sasl(command: string): Rows {
  return [
    ['asks for an unknown mechanism', [`${command} SCRAM-SHA-1`]],
    ['asks for a mechanism in small letters and cancels', [`${command} plain`, '*']],
    ['answers PLAIN with what is no base64', [`${command} PLAIN`, '!!!!']],
    ['answers PLAIN without NUL', [`${command} PLAIN`, base64('alice')]],
    ['answers PLAIN with one NUL', [`${command} PLAIN`, base64('\0alice')]],
    ['answers PLAIN with an empty line', [`${command} PLAIN`, '']],
    ['sends PLAIN an initial response that is no base64', [`${command} PLAIN ####`]],
    ['sends PLAIN an empty initial response', [`${command} PLAIN =`]],
    ['gives more than one initial response', [`${command} PLAIN AGFsaWNlAHNlY3JldA== more`]],
    ['begins an answer with a space', [`${command} PLAIN`, ` ${base64('\0alice\0secret')}`]],
    ['begins an answer with a tab', [`${command} PLAIN`, `\t${base64('\0alice\0secret')}`]],
    ['answers with a space and cancels', [`${command} LOGIN`, ' ', '*']],
    ['says a CR in an answer', [`${command} PLAIN`, `${base64('\0alice\0secret')}\r`]],
    ['answers with a literal', [`${command} PLAIN`, '{3}']],
    ['cancels LOGIN at the password', [`${command} LOGIN`, base64('alice'), '*']],
    ['answers the password of LOGIN with no base64', [`${command} LOGIN ${base64('alice')}`, '!!']],
    ['gives CRAM-MD5 an initial response', [`${command} CRAM-MD5 ${base64('alice')}`]],
    ['answers CRAM-MD5 without a digest', [`${command} CRAM-MD5`, base64('alice')]],
    ['answers CRAM-MD5 with a short digest', [`${command} CRAM-MD5`, base64('alice 0123')]],
    ['asks for EXTERNAL and cancels', [`${command} EXTERNAL`, '*']],
  ]
}

const imap: Rows = [
  ['leaves at once', []],
  ['asks for capabilities', ['a CAPABILITY', 'b capability with arguments']],
  ['does nothing', ['a NOOP', 'b noop', 'c NOOP x']],
  ['logs out with an argument', ['a LOGOUT now']],
  ['says an unknown command', ['a SELECT inbox']],
  ['says ID', ['a ID NIL']],
  ['says ENABLE', ['a ENABLE CONDSTORE']],
  ['says nothing', ['']],
  ['says a tag alone', ['abc']],
  ['says a tag and a space', ['abc ']],
  ['says a tag that is none', ['a+b NOOP']],
  ['says a tag of 32 characters', [`${'t'.repeat(32)} NOOP`]],
  ['says a tag of 33 characters', [`${'t'.repeat(33)} NOOP`]],
  ['begins with a space', [' a NOOP']],
  ['says two spaces', ['a  NOOP']],
  ['ends a line with a space', ['a NOOP ']],
  ['ends lines with LF', ['a NOOP\n', 'b CAPABILITY\n']],
  ['says a CR inside a line', ['a NO\rOP']],
  ['says LOGIN without arguments', ['a LOGIN']],
  ['says LOGIN with one argument', ['a LOGIN alice']],
  ['says LOGIN with three arguments', ['a LOGIN alice secret more']],
  ['says LOGIN with four arguments', ['a LOGIN alice secret more again']],
  ['says LOGIN without a user', ['a LOGIN "" secret']],
  ['does not close a string', ['a LOGIN "alice secret']],
  ['puts a letter behind a string', ['a LOGIN "alice"x secret']],
  ['does not end a literal', ['a LOGIN {5']],
  ['counts a literal in letters', ['a LOGIN {x} y']],
  ['announces a literal to an unknown command', ['a SELECT {5}']],
  ['announces a literal without a space', ['a LOGIN{5}']],
  ['puts a letter behind a literal mark', ['a LOGIN {5}x']],
  ['says a control character', ['a NO\x01OP', 'b \x7f', '\x00 NOOP']],
  ['says octets beyond ASCII', ['a n\xf6\xf6p', '\xe9 NOOP']],
  ['says LOGIN six times without arguments', many(6, 'a LOGIN')],
  ['says six unknown commands', many(6, 'a SELECT inbox')],
  ['says STARTTLS with an argument that is ignored', ['a CAPABILITY']],
  ['says AUTHENTICATE alone', ['a AUTHENTICATE']],
  ...sasl('a AUTHENTICATE'),
]

const pop3: Rows = [
  ['leaves at once', []],
  ['asks for capabilities', ['CAPA', 'capa']],
  ['does nothing', ['NOOP', 'noop', 'NOOP x']],
  ['says an unknown command', ['STAT']],
  ['says nothing', ['']],
  ['begins with a space', [' NOOP']],
  ['ends a line with a space', ['NOOP ']],
  ['ends lines with LF', ['NOOP\n', 'CAPA\n']],
  ['says a CR inside a line', ['NO\rOP']],
  ['says USER without a name', ['USER', 'USER ']],
  ['says PASS first', ['PASS secret']],
  ['says USER twice', ['USER alice', 'USER bob', 'PASS secret']],
  ['asks for capabilities behind USER', ['USER alice', 'CAPA', 'NOOP']],
  ['says APOP behind USER', ['USER alice', 'APOP alice 0123']],
  ['says PASS without a password', ['USER alice', 'PASS', 'PASS secret']],
  ['says an unknown command behind USER', ['USER alice', 'RETR 1', 'PASS secret']],
  ['says APOP with one argument', ['APOP alice']],
  ['says APOP with three arguments', ['APOP alice 0123 more']],
  ['asks for mechanisms', ['AUTH']],
  ['says six unknown commands', many(6, 'STAT')],
  ['says a control character', ['NO\x01OP', 'USER \x01\x02', 'NOOP']],
  ['says octets beyond ASCII', ['n\xf6\xf6p', 'USER \xe9', 'NOOP']],
  ['says CAPA with an argument', ['CAPA x', 'QUIT now']],
  ['says PASS six times', many(6, 'PASS x')],
  ...sasl('AUTH'),
]

const smtp: Rows = [
  ['leaves at once', []],
  ['says EHLO', ['EHLO client.test', 'ehlo again.test']],
  ['says HELO', ['HELO client.test']],
  ['says HELO behind EHLO', ['EHLO client.test', 'HELO client.test']],
  ['says HELO without a name', ['HELO', 'EHLO']],
  ['says EHLO with two names', ['EHLO a b']],
  ['says NOOP and RSET', ['NOOP', 'NOOP x', 'RSET', 'rset']],
  ['says commands that are not for now', ['DATA', 'VRFY alice', 'EXPN list', 'HELP']],
  ['says BDAT', ['BDAT 10']],
  ['says nothing', ['']],
  ['begins with a space', [' NOOP']],
  ['ends a line with a space', ['NOOP ']],
  ['ends lines with LF', ['EHLO client.test\n', 'NOOP\n']],
  ['says a CR inside a line', ['NO\rOP']],
  ['says AUTH alone', ['AUTH']],
  ['says MAIL', ['MAIL FROM:<alice@example.com>', 'RCPT TO:<bob@example.com>']],
  ['says RCPT first', ['RCPT TO:<bob@example.com>']],
  ['says MAIL without arguments', ['MAIL', 'RCPT']],
  ['says MAIL twice', ['MAIL FROM:<a@b.test>', 'MAIL FROM:<c@d.test>', 'RSET', 'MAIL FROM:']],
  ['says twelve arguments', [`NOOP ${'x '.repeat(10)}x`, `NOOP ${'x '.repeat(11)}x`]],
  ['says six unknown commands', many(6, 'BDAT 10')],
  ['says a control character', ['NO\x01OP', 'NOOP \x01']],
  ['says octets beyond ASCII', ['n\xf6\xf6p', 'EHLO \xe9.test']],
  ['says QUIT with an argument', ['RSET now', 'QUIT now']],
  ['says DATA with an argument', ['DATA now', 'HELP me']],
  ['says HELP six times', many(6, 'HELP')],
  ...sasl('AUTH'),
]

export const commands: Readonly<Record<ProtocolName, Rows>> = { imap, pop3, smtp }

/** Said on doors that have STARTTLS. */
export const upgrades: Readonly<Record<ProtocolName, Rows>> = {
  imap: [
    ['upgrades', ['a CAPABILITY', 'b STARTTLS', 'TLS', 'c CAPABILITY']],
    ['upgrades twice', ['b STARTTLS', 'TLS', 'c STARTTLS', 'd CAPABILITY']],
    ['errs before and behind STARTTLS', ['x', 'b STARTTLS', 'TLS', 'y', 'a', 'b', 'c', 'd']],
  ],
  pop3: [
    ['upgrades', ['CAPA', 'STLS', 'TLS', 'CAPA', 'AUTH']],
    ['upgrades twice', ['STLS', 'TLS', 'STLS', 'CAPA']],
    ['errs before and behind STLS', ['x', 'STLS', 'TLS', 'y', 'a', 'b', 'c', 'd']],
  ],
  smtp: [
    ['upgrades', ['EHLO client.test', 'STARTTLS', 'TLS', 'EHLO client.test']],
    ['upgrades twice', ['STARTTLS', 'TLS', 'STARTTLS', 'EHLO client.test']],
    ['errs before and behind STARTTLS', ['x', 'STARTTLS', 'TLS', 'y', 'a', 'b', 'c', 'd']],
  ],
}

/** Said where there is no STARTTLS. */
export const refusedUpgrades: Readonly<Record<ProtocolName, Rows>> = {
  imap: [['says STARTTLS', ['a STARTTLS', 'b NOOP']]],
  pop3: [['says STLS', ['STLS', 'NOOP']]],
  smtp: [['says STARTTLS', ['STARTTLS', 'NOOP']]],
}

/** A command in clear text in one packet with STARTTLS, as whoever sits in between would put it there. */
export const injections: Readonly<Record<ProtocolName, Rows>> = {
  imap: [['says more behind STARTTLS', ['b STARTTLS\r\nc NOOP\r\n', 'TLS', 'd NOOP']]],
  pop3: [['says more behind STLS', ['STLS\r\nUSER mallory\r\n', 'TLS', 'PASS secret', 'NOOP']]],
  smtp: [['says more behind STARTTLS', ['STARTTLS\r\nRSET\r\n', 'TLS', 'EHLO client.test']]],
}

/** About the size of a buffer, 4k. */
export const longLines: Readonly<Record<'imap' | 'smtp', Rows>> = {
  imap: [
    ['fills the buffer with a line', [`a NOOP ${'x'.repeat(4096 - 9)}`, 'b NOOP']],
    ['says a line beyond the buffer', [`a NOOP ${'x'.repeat(4096 - 8)}`]],
    ['says a word beyond the buffer', [`a LOGIN ${'x'.repeat(5000)} y`]],
    ['says a tag beyond the buffer', ['x'.repeat(5000)]],
  ],
  smtp: [
    ['fills the buffer with a line', [`NOOP ${'x'.repeat(4096 - 7)}`, 'NOOP']],
    ['says a line beyond the buffer', [`NOOP ${'x'.repeat(4096 - 6)}`]],
    ['says a word beyond the buffer', ['x'.repeat(5000)]],
  ],
}
