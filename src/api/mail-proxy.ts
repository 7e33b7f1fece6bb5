/** The MailProxy: its type, its checks, its CRD and its reference page come from this schema. */
import { auth } from './auth.ts'
import { backendRefs } from './backend-refs.ts'
import { listenerFields, specFields } from './directive-fields.ts'
import { access, limits } from './guard.ts'
import { listenersRules, specRules } from './mail-proxy-rules.ts'
import { isCertificateHost, isLabel, isSubdomain } from './names.ts'
import { namespacedMeta } from './object-meta.ts'
import { integer, list, object, oneOf, text, type ValueOf } from './schema.ts'

const identity = (description: string, common = {}) =>
  object(
    description,
    {
      needs: {
        mode: oneOf('Auto: by XCLIENT or IMAP ID, whatever the protocol has. None: not at all.', [
          'Auto',
          'None',
        ]),
      },
      may: {},
    },
    common,
  )

const certificate = object('A certificate with its key.', {
  needs: {
    secretName: text('A Secret of type kubernetes.io/tls, in the namespace of the MailProxy.', {
      maxLength: 253,
      rules: [isSubdomain],
    }),
  },
  may: {
    hosts: list(
      'The names (SNI) that it is for. Default: those that the certificate holds.',
      text('A host name; "*." in front stands for one label.', {
        maxLength: 253,
        rules: [isCertificateHost],
      }),
      { minItems: 1, maxItems: 32 },
    ),
  },
})

const listener = object('An open port.', {
  needs: {
    name: text('The name of the listener, unique in the object.', {
      maxLength: 63,
      rules: [isLabel],
    }),
    protocol: oneOf('The protocol that is spoken there.', ['IMAP', 'POP3', 'SMTP']),
    port: integer('The port that clients use.', { minimum: 1, maximum: 65_535 }),
  },
  may: {
    tls: oneOf(
      'None: clear text. StartTLS: offered. StartTLSRequired: nothing that needs protection before it. Implicit: TLS from the first octet. May be left out only where auth.type is None, and is then StartTLS if spec.tls has a certificate, else None.',
      ['None', 'StartTLS', 'StartTLSRequired', 'Implicit'],
    ),
    backendRefs: backendRefs('The Services behind this listener; replaces those of spec.'),
    auth: auth('Who judges a login here; replaces that of spec.'),
    identity: identity('Whether backends are told who the client is; replaces that of spec.'),
    access: access('Which clients are taken here; replaces that of spec.'),
    limits: limits('How many may come here, and how often logins may fail; replaces that of spec.'),
  },
  also: listenerFields,
})

export type Listener = ValueOf<typeof listener>

export const mailProxySpec = object(
  'What is to be open, how it is secured, and what stands behind it.',
  {
    needs: {
      auth: auth('Who judges a login.', { default: { type: 'Passthrough' } }),
      identity: identity('Whether backends are told who the client is.', {
        default: { mode: 'Auto' },
      }),
      listeners: list('The open ports.', listener, {
        minItems: 1,
        maxItems: 64,
        key: 'name',
        rules: listenersRules,
      }),
    },
    may: {
      mailProxyClassName: text(
        'The MailProxyClass. Default: the class that is marked as default.',
        {
          maxLength: 253,
          rules: [isSubdomain],
        },
      ),
      tls: list(
        'The certificates. The first one is shown to clients that ask for no name.',
        certificate,
        { maxItems: 64, key: 'secretName' },
      ),
      backendRefs: backendRefs('The Services behind every listener that names none of its own.'),
      access: access('Which clients are taken.'),
      limits: limits('How many may come, and how often logins may fail.'),
    },
    also: specFields,
  },
  { rules: specRules },
)

export type MailProxySpec = ValueOf<typeof mailProxySpec>

export const mailProxy = object(
  'A mail proxy: IMAP, POP3 and SMTP ports, how they are secured, and the Services behind them.',
  {
    needs: { kind: oneOf('', ['MailProxy']), metadata: namespacedMeta, spec: mailProxySpec },
    may: {},
  },
)

export type MailProxy = ValueOf<typeof mailProxy>
