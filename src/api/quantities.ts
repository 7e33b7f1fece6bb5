/** nginx's times and sizes (`reference`: ngx_parse_time, ngx_parse_size), as rules of the schema. */
import { quantityMatches } from './schema.ts'

const parts = ['y', 'M', 'w', 'd', 'h', 'm', 's', 'ms'].map(unit => `([0-9]{1,9}${unit})?`)

export const isDuration = quantityMatches(
  `^([0-9]{1,9}|${parts.join('')})$`,
  'must be a time such as 500ms, 60s, 1h30m or 24h; a bare number is seconds',
)

export const isSize = quantityMatches(
  '^[0-9]{1,9}[kKmM]?$',
  'must be a size such as 4096, 16k or 1m',
)
