/** How backends behave, good and bad. */
import type { ProtocolName } from '../../src/words/protocol-name.ts'
import { closes, type Manners, silent } from '../support/nginx-backend.ts'

/** `title` finishes "a backend that …"; `slow` ones are met on doors with a short `timeout`. */
export type BackendRows = readonly (readonly [title: string, manners: Manners, slow?: 'slow'])[]

const long = 'x'.repeat(5000)

const imap: BackendRows = [
  [
    'greets at length',
    { greeting: '* OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR AUTH=PLAIN] ready' },
  ],
  ['greets with PREAUTH', { greeting: '* PREAUTH ready' }],
  ['greets with BYE', { greeting: '* BYE busy' }],
  ['greets with nonsense', { greeting: 'hello' }],
  ['greets beyond the buffer', { greeting: `* OK ${long}` }],
  ['closes instead of greeting', { greeting: closes }],
  ['never greets', { greeting: silent }, 'slow'],
  ['refuses LOGIN', { LOGIN: '{tag} NO not here' }],
  ['does not know LOGIN', { LOGIN: '{tag} BAD what' }],
  ['closes behind LOGIN', { LOGIN: closes }],
  ['refuses the user', { user: '{tag} NO who' }],
  ['refuses the password', { password: '{tag} NO [AUTHENTICATIONFAILED] no' }],
  ['asks for the user with a long line', { LOGIN: `+ ${'x'.repeat(3000)}` }],
  ['judges beyond the buffer', { password: `{tag} OK ${long}` }],
  ['refuses the password beyond the buffer', { password: `{tag} NO ${long}` }],
  ['answers with a longer tag', { password: '{tag}a OK logged in' }],
  ['takes the password for nonsense', { password: '{tag} BAD no' }],
  ['answers with another tag', { password: 'other OK logged in' }],
  ['logs in with capabilities', { password: '{tag} OK [CAPABILITY IMAP4rev1 IDLE] in' }],
  ['logs out in place of a verdict', { password: '* BYE gone' }],
  ['closes behind the password', { password: closes }],
  ['never judges', { password: silent }, 'slow'],
]

const pop3: BackendRows = [
  ['greets with an error', { greeting: '-ERR [SYS/TEMP] busy' }],
  ['greets with nonsense', { greeting: 'hello' }],
  ['greets beyond the buffer', { greeting: `+OK ${long}` }],
  ['closes instead of greeting', { greeting: closes }],
  ['never greets', { greeting: silent }, 'slow'],
  ['refuses USER', { USER: '-ERR who' }],
  ['closes behind USER', { USER: closes }],
  ['refuses PASS', { PASS: '-ERR [AUTH] no' }],
  ['answers PASS with nonsense', { PASS: 'yes' }],
  ['closes behind PASS', { PASS: closes }],
  ['never judges', { PASS: silent }, 'slow'],
  ['logs in without a word', { PASS: '+OK' }],
  ['logs in beyond the buffer', { PASS: `+OK ${long}` }],
  ['logs in with +OKAY', { PASS: '+OKAY in' }],
  ['refuses PASS for now', { PASS: '-ERR [SYS/TEMP] later' }],
  ['greets without a word', { greeting: '+OK' }],
]

const smtp: BackendRows = [
  ['greets on several lines', { greeting: '220-backend\r\n220-more\r\n220 ready' }],
  ['greets with 554', { greeting: '554 5.7.1 go away' }],
  ['greets with 421', { greeting: '421 busy' }],
  ['greets with nonsense', { greeting: 'hello' }],
  ['greets beyond the buffer', { greeting: `220-${long}\r\n220 ready` }],
  ['closes instead of greeting', { greeting: closes }],
  ['never greets', { greeting: silent }, 'slow'],
  ['refuses EHLO and HELO', { EHLO: '550 no', HELO: '550 no' }],
  [
    'refuses EHLO and HELO on several lines',
    { EHLO: '550-no\r\n550 not here', HELO: '550-no\r\n550 not here' },
  ],
  ['answers EHLO beyond the buffer', { EHLO: `250-${long}\r\n250 ok`, HELO: `250 ${long}` }],
  ['answers EHLO with 25', { EHLO: '25', HELO: '25' }],
  ['answers EHLO with 251', { EHLO: '251 ok', HELO: '251 ok' }],
  ['answers EHLO on one line', { EHLO: '250 backend' }],
  ['closes behind EHLO and HELO', { EHLO: closes, HELO: closes }],
  ['says no more than 250', { EHLO: '250', HELO: '250' }],
]

/** Met with XCLIENT. */
const told: BackendRows = [
  ['takes XCLIENT with 250', { XCLIENT: '250 ok' }],
  ['takes XCLIENT on several lines', { XCLIENT: '220-hello\r\n220 again' }],
  ['does not know XCLIENT', { XCLIENT: '500 5.5.1 what' }],
  ['does not trust XCLIENT', { XCLIENT: '550 5.7.0 no' }],
  ['closes behind XCLIENT', { XCLIENT: closes }],
  ['never answers XCLIENT', { XCLIENT: silent }, 'slow'],
]

/** Met with `proxy_smtp_auth`. */
const judging: BackendRows = [
  ['refuses AUTH', { AUTH: '535 5.7.8 no' }],
  ['cannot judge AUTH now', { AUTH: '454 4.7.0 later' }],
  ['does not know AUTH', { AUTH: '502 5.5.1 what' }],
  ['takes AUTH on several lines', { AUTH: '235-2.7.0 welcome\r\n235 2.7.0 in' }],
  ['challenges', { AUTH: '334 ' }],
  ['answers AUTH with 250', { AUTH: '250 ok' }],
  ['closes behind AUTH', { AUTH: closes }],
]

/** Met without login. */
const receiving: BackendRows = [
  ['refuses MAIL', { MAIL: '550 5.1.0 no' }],
  ['refuses MAIL for now', { MAIL: '451 4.3.0 later' }],
  ['closes behind MAIL', { MAIL: closes }],
  ['refuses RCPT', { RCPT: '550 5.1.1 no' }],
  ['refuses RCPT on several lines', { RCPT: '550-5.1.1 no\r\n550 5.1.1 such user' }],
  ['closes with 421 at RCPT', { RCPT: '421 4.3.2 busy' }],
  ['takes MAIL with 251', { MAIL: '251 ok' }],
  ['refuses RCPT for now', { RCPT: '450 4.2.0 later' }],
  ['answers RCPT on several lines', { RCPT: '250-2.1.5 yes\r\n250 2.1.5 ok' }],
  ['closes behind RCPT', { RCPT: closes }],
]

export const backends: Readonly<Record<ProtocolName, BackendRows>> = { imap, pop3, smtp }
export const smtpBackends = { told, judging, receiving } as const
