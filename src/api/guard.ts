/** Who may come, and how often: `access` and `limits`. */
import { duration } from './duration.ts'
import { integer, list, matches, object, quantity, text, type ValueOf } from './schema.ts'

const networks = (description: string) =>
  list(
    description,
    text('A network, such as 192.0.2.0/24 or 2001:db8::/32, or an address.', {
      maxLength: 43,
      rules: [
        matches(
          '^([0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*)(/[0-9]{1,3})?$',
          'must be a network such as 192.0.2.0/24 or 2001:db8::/32, or an address',
        ),
      ],
    }),
    { minItems: 1, maxItems: 64 },
  )

export const access = (description: string) =>
  object(description, {
    needs: {},
    may: {
      allow: networks('The clients that are taken; all others are turned away. Default: all.'),
      deny: networks('The clients that are turned away before anything is said to them.'),
    },
  })

export type Access = ValueOf<ReturnType<typeof access>>

const most = (description: string) => integer(description, { minimum: 1, maximum: 1_000_000 })

const rate = (description: string) =>
  object(description, {
    needs: {
      count: most('So many at once, and as many more in each period.'),
      per: quantity('The period, such as 5m.', {
        minimum: 1,
        maximum: 86_400,
        maxLength: 32,
        pattern: duration,
      }),
    },
    may: {},
  })

export const limits = (description: string) =>
  object(description, {
    needs: {},
    may: {
      sessions: object('How many sessions there may be at a time, in each relay.', {
        needs: {},
        may: {
          listener: most('At this listener.'),
          client: most('Of one client: an IPv4 address, or the /64 of an IPv6 address.'),
          user: most('Of one user.'),
        },
      }),
      failedLogins: object(
        'How many logins may fail. Each further answer is held back longer, then none is tried until some time has passed.',
        {
          needs: {},
          may: {
            user: rate('Of one user from one client.'),
            client: rate('From one client, whatever the user.'),
          },
        },
      ),
      exempt: networks('Clients that no limit holds for: webmail, probes.'),
    },
  })

export type Limits = ValueOf<ReturnType<typeof limits>>
