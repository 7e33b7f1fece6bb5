import { good, type Row, refuses, takes, withListener } from './mail-proxy-row.ts'

const rate = { count: 5, per: '5m' }

/** `access` and `limits`. */
export const guardRows: readonly Row[] = [
  takes('access and limits', {
    ...good,
    access: { allow: ['192.0.2.0/24', '2001:db8::/32', '::1'], deny: ['192.0.2.7'] },
    limits: {
      sessions: { listener: 2000, client: 20, user: 10 },
      failedLogins: { user: rate, client: { count: 50, per: 600 } },
      exempt: ['10.0.0.0/8'],
    },
  }),
  takes('a listener of its own limits', withListener({ limits: {}, access: {} })),
  refuses(
    'a host name as a network',
    { ...good, access: { deny: ['mail.example.com'] } },
    'must be a network such as 192.0.2.0/24',
  ),
  refuses(
    'a network that ends its line',
    { ...good, limits: { exempt: ['10.0.0.0/8;'] } },
    'must be a network such as 192.0.2.0/24',
  ),
  refuses(
    'a limit of no sessions',
    { ...good, limits: { sessions: { client: 0 } } },
    'spec.limits.sessions.client',
  ),
  refuses(
    'a rate without a period',
    { ...good, limits: { failedLogins: { user: { count: 5 } } } },
    'spec.limits.failedLogins.user.per',
  ),
  refuses(
    'a period that is none',
    { ...good, limits: { failedLogins: { user: { count: 5, per: 'often' } } } },
    'must be a time',
  ),
]
