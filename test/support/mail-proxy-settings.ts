import { good, http, type Row, refuses, takes, withListener } from './mail-proxy-row.ts'

const time = 'must be a time such as 500ms, 60s, 1h30m or 24h'
const size = 'must be a size such as 4096, 16k or 1m'

export const authRows: readonly Row[] = [
  takes('an auth server', http({ timeout: '5s', headers: [{ name: 'X-Key', value: '; { } "' }] })),
  refuses(
    'HTTP without a server',
    { ...good, auth: { type: 'HTTP' } },
    'http must be there where type is HTTP',
  ),
  refuses(
    'a server without HTTP',
    { ...good, auth: { type: 'Passthrough', http: { url: 'http://auth/' } } },
    'http must be there where type is HTTP',
  ),
  refuses('a server by https', http({ url: 'https://auth/' }), 'must be http://HOST[:PORT][/PATH]'),
  refuses(
    'a URL with a blank',
    http({ url: 'http://auth/a b' }),
    'must be http://HOST[:PORT][/PATH]',
  ),
  refuses(
    'a URL with a line end',
    http({ url: 'http://auth/\n' }),
    'must be http://HOST[:PORT][/PATH]',
  ),
  takes('a server by its address', http({ url: 'http://[fd00::1]:8080/auth?x=1' })),
  refuses('a bad timeout', http({ timeout: 'soon' }), time),
  refuses(
    'a header with neither value',
    http({ headers: [{ name: 'X-Key' }] }),
    'exactly one of value and valueFrom',
  ),
  refuses(
    'a header with both values',
    http({
      headers: [
        { name: 'X-Key', value: 'a', valueFrom: { secretKeyRef: { name: 'a', key: 'b' } } },
      ],
    }),
    'exactly one of value and valueFrom',
  ),
  refuses(
    'a key of a Secret with a slash',
    http({ headers: [{ name: 'X-Key', valueFrom: { secretKeyRef: { name: 'a', key: 'b/c' } } }] }),
    'must be letters, digits, "-", "_" and "."',
  ),
  refuses(
    'a header with a line end',
    http({ headers: [{ name: 'X-Key', value: 'a\r\nHost: b' }] }),
    'must be printable ASCII',
  ),
  refuses(
    'a header name with a colon',
    http({ headers: [{ name: 'a:b', value: '' }] }),
    'must be a header name',
  ),
]

export const settingRows: readonly Row[] = [
  takes('times in words and in seconds', { ...good, proxyTimeout: '1h30m', timeout: 90 }),
  ...['', '1h 30m', '-1s', '1.5h', 'h', '5 s', '60s;'].map(text =>
    refuses(
      `the time ${JSON.stringify(text)}`,
      { ...good, proxyTimeout: text },
      text === '' ? 'spec.proxyTimeout' : time,
    ),
  ),
  takes('sizes in words and in octets', { ...good, proxyBuffer: '16k', imapClientBuffer: 8192 }),
  ...['16kb', 'k', '1g', '1k;'].map(text =>
    refuses(`the size ${JSON.stringify(text)}`, { ...good, proxyBuffer: text }, size),
  ),
  refuses('a size below the least', { ...good, proxyBuffer: 1 }, 'spec.proxyBuffer'),
  refuses('a switch in quotes', { ...good, xclient: 'on' }, 'spec.xclient'),
  refuses('a server name that is syntax', { ...good, serverName: 'a;b' }, 'must be a host name'),
  refuses(
    'a capability with a line end',
    { ...good, imapCapabilities: ['IDLE\r\n* OK'] },
    'spec.imapCapabilities[0]',
  ),
  takes(
    'a listener that overrides',
    withListener({ proxyTimeout: '5m', xclient: false, balance: 'LeastConn' }),
  ),
  refuses('a bad time in a listener', withListener({ proxyTimeout: 'soon' }), time),
  refuses('an unknown balance', { ...good, balance: 'round_robin' }, 'spec.balance'),
  takes('an identity that is not told', { ...good, identity: { mode: 'None' } }),
  refuses('an unknown identity', { ...good, identity: { mode: 'Off' } }, 'spec.identity.mode'),
  refuses(
    'a class in capitals',
    { ...good, mailProxyClassName: 'A' },
    'must be lower-case letters',
  ),
]
