import { matches, type Pattern } from './schema.ts'

/** nginx's times, which stand beside the fields that come from the directives' table. */
const parts = ['y', 'M', 'w', 'd', 'h', 'm', 's', 'ms'].map(unit => `([0-9]{1,9}${unit})?`)

export const duration: Pattern = {
  expression: `^([0-9]{1,9}|${parts.join('')})$`,
  message: 'must be a time such as 500ms, 60s, 1h30m or 24h; a bare number is seconds',
}

export const isDuration = matches(duration.expression, duration.message)
