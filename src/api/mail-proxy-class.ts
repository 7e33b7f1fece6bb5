import { conditions, waiting } from './mail-proxy-status.ts'
import { clusterMeta } from './object-meta.ts'
import { matches, object, oneOf, type Rule, text, type ValueOf } from './schema.ts'

/** On a class: MailProxies that name no class belong to it. */
export const defaultClassAnnotation = 'mailproxyclass.postern.dev/is-default-class'

const unchanged: Rule<string> = {
  expression: 'self == oldSelf',
  message: 'controller cannot be changed: make another class',
  compares: true,
  holds: (self, old) => old === undefined || self === old,
}

export const mailProxyClassSpec = object('Who serves the class.', {
  needs: {
    controller: text(
      'The controller that serves the MailProxies of this class (its --controller-name).',
      {
        maxLength: 253,
        rules: [
          matches(
            '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?/[A-Za-z0-9/._~%!$&()*+,;=:-]+$',
            'must be a domain and a path, such as postern.dev/controller',
          ),
          unchanged,
        ],
      },
    ),
  },
  may: {},
})

export const mailProxyClassStatus = {
  ...object('What became of the class.', {
    needs: {},
    may: { conditions: conditions('Whether a controller serves the class.', 'Accepted.') },
  }),
  /** So that users see at once that no controller serves the class. */
  default: { conditions: [waiting('Accepted')] },
}

export const mailProxyClass = object('A class of MailProxies: which controller serves them.', {
  needs: { kind: oneOf('', ['MailProxyClass']), metadata: clusterMeta, spec: mailProxyClassSpec },
  may: {},
})

export type MailProxyClass = ValueOf<typeof mailProxyClass>
