/** What auth servers say, good and bad. */
import { type Answer, headers } from '../support/nginx-auth.ts'

interface Row {
  /** Finishes "an auth server that …". */
  readonly title: string
  readonly answers: readonly Answer[]
  /** The end of the door's name; `off-all` unless given. */
  readonly door?: string
}

const backend = ['Auth-Server: 127.0.0.1', 'Auth-Port: {port}']
export const consent: Answer = headers('Auth-Status: OK', ...backend)
export const withPassword: Answer = headers('Auth-Status: OK', ...backend, 'Auth-Pass: known')
const denied = 'Auth-Status: Invalid login or password'

function raw(text: string): Answer {
  return { say: text.replaceAll('\n', '\r\n') }
}

export const answers: readonly Row[] = [
  { title: 'consents', answers: [consent] },
  { title: 'consents with a password', answers: [withPassword] },
  {
    title: 'consents with another user and password',
    answers: [headers('Auth-Status: OK', 'Auth-User: al ice%20', 'Auth-Pass: %41 b', ...backend)],
  },
  { title: 'consents in small letters', answers: [headers(...backend, 'auth-status: OK  ')] },
  {
    title: 'consents with more headers',
    answers: [headers('Date: now', 'X-More:', denied.replace(/:.*/, ': OK'), ...backend)],
  },
  {
    title: 'consents with 500',
    answers: [
      raw('HTTP/1.1 500 Oops\nAuth-Status: OK\nAuth-Server: 127.0.0.1\nAuth-Port: {port}\n\n'),
    ],
  },
  {
    title: 'consents without a status line',
    answers: [raw('Auth-Status: OK\nAuth-Server: 127.0.0.1\nAuth-Port: {port}\n\n')],
  },
  {
    title: 'ends its lines with LF',
    answers: [
      { say: 'HTTP/1.0 200 OK\nAuth-Status: OK\nAuth-Server: 127.0.0.1\nAuth-Port: {port}\n\n' },
    ],
  },
  {
    title: 'consents octet by octet',
    answers: [
      {
        say: 'HTTP/1.0 200 OK\r\nAuth-Status: OK\r\nAuth-Server: 127.0.0.1\r\nAuth-Port: {port}\r\n\r\n',
        octetByOctet: true,
      },
    ],
  },
  {
    title: 'consents with a body',
    answers: [
      raw(
        `HTTP/1.0 200 OK\nAuth-Status: OK\nAuth-Server: 127.0.0.1\nAuth-Port: {port}\n\n${'body\n'.repeat(99)}`,
      ),
    ],
  },
  {
    title: 'consents with spaces in odd places',
    answers: [
      raw('HTTP/1.0 200 OK\nAuth-Status:OK\nAuth-Server:   127.0.0.1  \nAuth-Port:{port}\n\n'),
    ],
  },
  {
    title: 'consents with a long header',
    answers: [headers(`X-Long: ${'x'.repeat(700)}`, 'Auth-Status: OK', ...backend)],
  },
  {
    title: 'consents, and wants a wait',
    answers: [headers('Auth-Status: OK', 'Auth-Wait: 1', ...backend)],
  },
  {
    title: 'consents with an empty user and password',
    answers: [headers('Auth-Status: OK', 'Auth-User:', 'Auth-Pass:', ...backend)],
  },
  {
    title: 'consents with a password of several words',
    answers: [headers('Auth-Status: OK', 'Auth-Pass: a b  c', ...backend)],
  },
  {
    title: 'says two statuses',
    answers: [headers('Auth-Status: no', 'Auth-Status: OK', ...backend)],
  },
  {
    title: 'says two servers',
    answers: [headers('Auth-Status: OK', 'Auth-Server: 192.0.2.1', ...backend)],
  },
  {
    title: 'says two passwords',
    answers: [headers('Auth-Status: OK', 'Auth-Pass: one', 'Auth-Pass: two', ...backend)],
  },
  {
    title: 'names a port with a zero',
    answers: [headers('Auth-Status: OK', 'Auth-Server: 127.0.0.1', 'Auth-Port: 0{port}')],
  },
  {
    title: 'names a negative port',
    answers: [headers('Auth-Status: OK', 'Auth-Server: 127.0.0.1', 'Auth-Port: -1')],
  },
  {
    title: 'names an empty port',
    answers: [headers('Auth-Status: OK', 'Auth-Server: 127.0.0.1', 'Auth-Port:')],
  },
  {
    title: 'names an empty server',
    answers: [headers('Auth-Status: OK', 'Auth-Server:', 'Auth-Port: {port}')],
  },
  {
    title: 'names a server in brackets',
    answers: [headers('Auth-Status: OK', 'Auth-Server: [::1]', 'Auth-Port: {port}')],
  },
  { title: 'names a backend without a status', answers: [headers(...backend)] },
  { title: 'denies', answers: [headers(denied)] },
  { title: 'denies with a wait of nothing', answers: [headers(denied, 'Auth-Wait: 0')] },
  { title: 'denies with a wait', answers: [headers(denied, 'Auth-Wait: 1')] },
  {
    title: 'denies with a wait, then consents',
    answers: [headers(denied, 'Auth-Wait: 1'), withPassword],
  },
  { title: 'denies with a code', answers: [headers(denied, 'Auth-Error-Code: 454 4.7.0')] },
  {
    title: 'denies with a code and a wait',
    answers: [headers(denied, 'Auth-Error-Code: 450', 'Auth-Wait: 1'), headers(denied)],
  },
  { title: 'denies with a wait in letters', answers: [headers(denied, 'Auth-Wait: soon')] },
  { title: 'denies with a negative wait', answers: [headers(denied, 'Auth-Wait: -1')] },
  { title: 'denies with a wait of 1.5', answers: [headers(denied, 'Auth-Wait: 1.5')] },
  { title: 'denies with an empty wait', answers: [headers(denied, 'Auth-Wait:')] },
  {
    title: 'denies with words of a code',
    answers: [headers(denied, 'Auth-Error-Code: 535 5.7.8 and more')],
  },
  { title: 'denies with a code that is none', answers: [headers(denied, 'Auth-Error-Code: none')] },
  { title: 'denies with an empty code', answers: [headers(denied, 'Auth-Error-Code:')] },
  {
    title: 'denies in octets beyond ASCII',
    answers: [headers('Auth-Status: n\xe9e \x01 "quoted"')],
  },
  { title: 'denies in the words of another header', answers: [headers('Auth-Status: WAIT now')] },
  { title: 'denies although it names a backend', answers: [headers(denied, ...backend)] },
  { title: 'denies with the word ok', answers: [headers('Auth-Status: ok', ...backend)] },
  { title: 'denies without a word', answers: [headers('Auth-Status:')] },
  {
    title: 'says WAIT, then denies',
    answers: [headers('Auth-Status: WAIT', 'Auth-Wait: 1'), headers(denied)],
  },
  {
    title: 'says WAIT, then consents',
    answers: [headers('Auth-Status: WAIT', 'Auth-Wait: 1'), withPassword],
  },
  { title: 'names no backend', answers: [headers('Auth-Status: OK')] },
  { title: 'names no server', answers: [headers('Auth-Status: OK', 'Auth-Port: {port}')] },
  { title: 'names no port', answers: [headers('Auth-Status: OK', 'Auth-Server: 127.0.0.1')] },
  {
    title: 'names a server that is none',
    answers: [headers('Auth-Status: OK', 'Auth-Server: not.a.name.', 'Auth-Port: {port}')],
  },
  {
    title: 'names port 0',
    answers: [headers('Auth-Status: OK', 'Auth-Server: 127.0.0.1', 'Auth-Port: 0')],
  },
  {
    title: 'names port 65536',
    answers: [headers('Auth-Status: OK', 'Auth-Server: 127.0.0.1', 'Auth-Port: 65536')],
  },
  {
    title: 'names a port in letters',
    answers: [headers('Auth-Status: OK', 'Auth-Server: 127.0.0.1', 'Auth-Port: imap')],
  },
  {
    title: 'sends a line that is no header',
    answers: [headers('Auth-Status: OK', 'no header', ...backend)],
  },
  { title: 'sends a header with a bad name', answers: [headers('Auth_Status: OK', ...backend)] },
  {
    title: 'ends before it has answered',
    answers: [raw('HTTP/1.0 200 OK\nAuth-Status: OK\n')],
    door: 'quick',
  },
  { title: 'says a blank line alone', answers: [raw('\n')] },
  { title: 'says a status line alone', answers: [raw('HTTP/1.0 200 OK\n\n')] },
  {
    title: 'says two status lines',
    answers: [raw('HTTP/1.0 200 OK\nHTTP/1.0 200 OK\nAuth-Status: OK\n\n')],
  },
  { title: 'begins with a space', answers: [raw('HTTP/1.0 200 OK\n Auth-Status: OK\n\n')] },
  {
    title: 'folds a header',
    answers: [
      raw('HTTP/1.0 200 OK\nAuth-Status: OK\n more\nAuth-Server: 127.0.0.1\nAuth-Port: {port}\n\n'),
    ],
  },
  { title: 'says no colon', answers: [headers('Auth-Status OK', ...backend)] },
  { title: 'says a colon alone', answers: [headers(': OK', ...backend)] },
  { title: 'says a name alone', answers: [headers('Auth-Status')] },
  { title: 'says a CR inside a line', answers: [headers('Auth-Status: O\rK', ...backend)] },
  { title: 'says a space before the colon', answers: [headers('Auth-Status : OK', ...backend)] },
  { title: 'says a tab behind the colon', answers: [headers('Auth-Status:\tOK', ...backend)] },
  { title: 'says nothing', answers: [{ do: 'close' }] },
  { title: 'resets the connection', answers: [{ do: 'reset' }] },
  { title: 'is silent', answers: [{ do: 'nothing' }], door: 'quick' },
  { title: 'is not there', answers: [], door: 'dead' },
  { title: 'wants headers of its own', answers: [consent], door: 'headers' },
]
