/** What the controller says of a MailProxy, in the shapes of Gateway API. */
import { integer, list, object, oneOf, text } from './schema.ts'

/** Of an object, of a listener or of a class. */
export const conditions = (description: string, types: string) =>
  list(
    description,
    object('One thing that is or is not so.', {
      needs: {
        type: text(types, { maxLength: 316 }),
        status: oneOf('Whether it is so.', ['True', 'False', 'Unknown']),
        reason: text('Why, in one word of a closed list.', { maxLength: 1024 }),
        message: text('Why, in sentences that name every fault.', {
          minLength: 0,
          maxLength: 32_768,
        }),
        lastTransitionTime: text('When status last turned (RFC 3339).', { maxLength: 64 }),
      },
      may: {
        observedGeneration: integer('The generation of the object that this was said of.', {
          minimum: 0,
          maximum: Number.MAX_SAFE_INTEGER,
        }),
      },
    }),
    { maxItems: 16, key: 'type' },
  )

const types = 'Accepted, ResolvedRefs, Programmed or BackendsTrusted.'

/** What stands there until a controller says better. */
export const waiting = (type: 'Accepted' | 'Programmed') => ({
  type,
  status: 'Unknown',
  reason: 'Pending',
  message: 'Waiting for a controller',
  lastTransitionTime: '1970-01-01T00:00:00Z',
})

export const mailProxyStatus = {
  ...object('What became of the object.', {
    needs: {},
    may: {
      conditions: conditions('What became of the object as a whole.', types),
      listeners: list(
        'What became of each listener.',
        object('One listener.', {
          needs: {
            name: text('The name of the listener.', { maxLength: 63 }),
            conditions: conditions('What became of this listener.', types),
          },
          may: {},
        }),
        { maxItems: 64, key: 'name' },
      ),
      addresses: list(
        'Where clients find it.',
        object('One address.', {
          needs: {
            type: oneOf('What kind of address it is.', ['IPAddress', 'Hostname']),
            value: text('The address.', { maxLength: 253 }),
          },
          may: {},
        }),
        { maxItems: 16 },
      ),
    },
  }),
  /** So that users see at once that no controller claims the object. */
  default: { conditions: [waiting('Accepted'), waiting('Programmed')] },
}
