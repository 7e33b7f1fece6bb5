import { read, type Shape } from '../shape.ts'
import { text } from '../values.ts'

export interface Header {
  readonly name: string
  readonly value: string
}

/** RFC 9110 5.1: a token. */
export const headerName = text({
  expects: "a header's name",
  pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$",
  maxLength: 256,
})

/** RFC 9110 5.5 without obs-text: it must never end a line. */
export const headerValue = text({
  expects: "a header's value in printable ASCII",
  pattern: '^[ -~]*$',
  maxLength: 8192,
})

export const header: Shape<Header> = {
  syntax: 'NAME VALUE',
  least: 2,
  most: 2,
  parse([first, second], scope, directive) {
    const name = first && read(first, headerName, scope, directive)
    const value = second && read(second, headerValue, scope, directive)
    return name === undefined || value === undefined ? undefined : { name, value }
  },
  print: ({ name, value }) => [name, value],
}
