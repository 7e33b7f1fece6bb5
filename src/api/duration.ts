import { quantityMatches } from './schema.ts'

/** nginx's times, which stand beside the fields that come from the directives' table. */
const parts = ['y', 'M', 'w', 'd', 'h', 'm', 's', 'ms'].map(unit => `([0-9]{1,9}${unit})?`)

export const isDuration = quantityMatches(
  `^([0-9]{1,9}|${parts.join('')})$`,
  'must be a time such as 500ms, 60s, 1h30m or 24h; a bare number is seconds',
)
