import { optional } from '../row.ts'
import { one, type Shape } from '../shape.ts'
import { maxPath } from '../shapes/file.ts'
import { upstreamName } from '../shapes/proxy-pass.ts'
import { text } from '../values.ts'
import { block, fileOrProcess } from './without.ts'

const nothing: Shape<true> = {
  syntax: '',
  least: 0,
  most: 0,
  parse: () => true,
  print: () => [],
}

const mask = text({
  expects: 'a file or a pattern of files',
  pattern: '^[^\\p{Cc}]+$',
  maxLength: maxPath,
})

/** Blocks, each named as its own context is; and `include`, which stands anywhere. */
export const blockRows = {
  mail: optional(nothing, {
    contexts: ['main'],
    field: block,
    doc: 'Holds all that concerns mail.',
  }),
  server: optional(nothing, {
    contexts: ['mail'],
    repeat: 'adds',
    field: block,
    doc: 'Some listeners that speak one protocol, and what holds for them.',
  }),
  upstream: optional(one('NAME', upstreamName), {
    contexts: ['mail'],
    repeat: 'adds',
    field: block,
    doc: 'A group of backends that `proxy_pass` names.',
  }),
  include: optional(one('FILE', mask), {
    contexts: ['main', 'mail', 'server', 'upstream'],
    repeat: 'adds',
    field: fileOrProcess,
    doc: 'Reads another file in this place; with `*`, `?` or `[…]` in its name all that fit, in the order of their names.',
  }),
}
