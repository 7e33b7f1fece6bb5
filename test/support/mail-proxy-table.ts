import { guardRows } from './mail-proxy-guard.ts'
import {
  backendRefs,
  ca,
  good,
  imap,
  type Row,
  refuses,
  smtp,
  takes,
  tls,
  withListener,
  withRef,
  withRefs,
} from './mail-proxy-row.ts'
import { authRows, settingRows } from './mail-proxy-settings.ts'

const oncePerPort = 'each port of a Service may stand here once'

const shape: readonly Row[] = [
  takes('the smallest object', good),
  refuses('no listener', { ...good, listeners: [] }, 'spec.listeners'),
  refuses('no listeners at all', { backendRefs }, 'spec.listeners'),
  refuses('a listener without a name', withListener({ name: null }), 'spec.listeners[0].name'),
  refuses('a name in capitals', withListener({ name: 'IMAP' }), 'must be lower-case letters'),
  refuses('an unknown protocol', withListener({ protocol: 'LMTP' }), 'spec.listeners[0].protocol'),
  refuses('port 0', withListener({ port: 0 }), 'spec.listeners[0].port'),
  refuses('a port above 65535', withListener({ port: 65_536 }), 'spec.listeners[0].port'),
  refuses('a port in quotes', withListener({ port: '143' }), 'spec.listeners[0].port'),
  refuses('an unknown tls', withListener({ tls: 'On' }), 'spec.listeners[0].tls'),
  refuses('a list that is none', { ...good, listeners: imap }, 'spec.listeners'),
  takes('null as no value', { ...good, proxyTimeout: null }),
  refuses(
    'too many listeners',
    {
      ...good,
      listeners: Array.from({ length: 65 }, (_, i) => ({ ...imap, name: `l${i}`, port: i + 1 })),
    },
    'spec.listeners',
  ),
  takes('as many listeners as fit', {
    ...good,
    listeners: Array.from({ length: 64 }, (_, i) => ({ ...imap, name: `l${i}`, port: i + 1 })),
  }),
]

const listeners: readonly Row[] = [
  refuses(
    'two listeners of one name',
    { ...good, listeners: [imap, { ...imap, port: 144 }] },
    'Duplicate value',
  ),
  refuses(
    'two listeners of one port',
    { ...good, listeners: [imap, { ...imap, name: 'other' }] },
    'each listener must have a port of its own',
  ),
  refuses(
    'no tls where clients log in',
    { ...good, listeners: [{ ...imap, tls: undefined }] },
    'each listener where clients log in must say its tls',
  ),
  takes('no tls on an MX', {
    ...good,
    listeners: [{ ...smtp, tls: undefined, auth: { type: 'None' } }],
  }),
  takes('no tls on an MX that spec makes one', {
    ...good,
    auth: { type: 'None' },
    listeners: [{ ...smtp, tls: undefined }],
  }),
  refuses(
    'no tls where a listener of an MX object logs in',
    {
      ...good,
      auth: { type: 'None' },
      listeners: [{ ...smtp, tls: undefined, auth: { type: 'Passthrough' } }],
    },
    'each listener where clients log in must say its tls',
  ),
  ...['StartTLS', 'StartTLSRequired', 'Implicit'].flatMap(mode => [
    refuses(
      `${mode} without a certificate`,
      { ...good, listeners: [{ ...imap, tls: mode }] },
      'a listener with TLS needs a certificate',
    ),
    takes(`${mode} with a certificate`, withListener({ tls: mode })),
  ]),
  refuses(
    'IMAP without login',
    withListener({ auth: { type: 'None' } }),
    'auth.type None is for SMTP',
  ),
  refuses('no backend anywhere', { listeners: [imap] }, 'each listener needs backendRefs'),
  refuses(
    'one listener without a backend',
    { listeners: [{ ...imap, backendRefs }, smtp] },
    'each listener needs backendRefs',
  ),
  takes('a backend for each listener', {
    listeners: [
      { ...imap, backendRefs },
      { ...smtp, backendRefs },
    ],
  }),
]

const certificates: readonly Row[] = [
  refuses('a Secret twice', { ...good, tls: [...tls, ...tls] }, 'Duplicate value'),
  refuses(
    'a Secret in capitals',
    { ...good, tls: [{ secretName: 'Mail' }] },
    'must be lower-case letters',
  ),
  takes('a wildcard host', { ...good, tls: [{ secretName: 'mail', hosts: ['*.example.com'] }] }),
  refuses(
    'a host with a star inside',
    { ...good, tls: [{ secretName: 'mail', hosts: ['mail.*.com'] }] },
    'must be a host name in lower case',
  ),
  refuses(
    'a host that is syntax',
    { ...good, tls: [{ secretName: 'mail', hosts: ['a; }'] }] },
    'must be a host name in lower case',
  ),
]

const backends: readonly Row[] = [
  takes('a port by name', withRef({ port: 'imap' })),
  refuses(
    'a port by a bad name',
    withRef({ port: 'imap port' }),
    'must be the number or the name of a port',
  ),
  refuses('port 0 of a Service', withRef({ port: 0 }), 'spec.backendRefs[0].port'),
  refuses('a weight below 0', withRef({ weight: -1 }), 'spec.backendRefs[0].weight'),
  refuses('one port of a Service twice', withRefs({}, {}), oncePerPort),
  takes('two ports of a Service', withRefs({}, { port: 'imap' })),
  refuses('an empty list', { ...good, backendRefs: [] }, 'spec.backendRefs'),
  refuses(
    'a verified backend without an authority',
    withRef({ tls: { mode: 'StartTLS' } }),
    'name its certificate authority in caRef',
  ),
  takes('a verified backend', withRef({ tls: { mode: 'Implicit', caRef: ca, serverName: 'a.b' } })),
  refuses(
    'an authority that verifies nothing',
    withRef({ tls: { mode: 'Auto', caRef: ca } }),
    'Auto and None verify nothing',
  ),
  refuses(
    'a name that nothing verifies',
    withRef({ tls: { mode: 'None', serverName: 'a.b' } }),
    'Auto and None verify nothing',
  ),
  refuses(
    'backends that differ in tls',
    withRefs({}, { port: 993, tls: { mode: 'None' } }),
    'must all have the same tls.mode',
  ),
  refuses(
    'backends that differ in their authority',
    withRefs(
      { tls: { mode: 'StartTLS', caRef: ca } },
      { port: 993, tls: { mode: 'StartTLS', caRef: { ...ca, name: 'other' } } },
    ),
    'must all have the same tls.caRef',
  ),
  takes(
    'backends that differ in their name',
    withRefs(
      { tls: { mode: 'StartTLS', caRef: ca } },
      { port: 993, tls: { mode: 'StartTLS', caRef: ca, serverName: 'a.b' } },
    ),
  ),
]

/**
 * Good and bad MailProxies. The same rows are judged by our own check and by a real API server, so
 * that a folder and a cluster mean the same by an object.
 */
export const mailProxyTable: readonly Row[] = [
  ...shape,
  ...listeners,
  ...certificates,
  ...backends,
  ...authRows,
  ...settingRows,
  ...guardRows,
]

/** The row as an object. */
export function mailProxyOf(spec: unknown, name = 'row') {
  return {
    apiVersion: 'postern.dev/v1alpha1',
    kind: 'MailProxy',
    metadata: { name, namespace: 'default' },
    spec: JSON.parse(JSON.stringify(spec)),
  }
}
