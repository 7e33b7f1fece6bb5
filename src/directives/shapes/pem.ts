import type { Scope, Shape } from '../shape.ts'
import type { Word } from '../syntax.ts'
import { path } from './file.ts'

/** What begins a value that is the PEM itself. No absolute path begins so. */
export const inTheText = 'data:'

/** Where nginx finds keys that are in no file. */
const elsewhere = /^(engine|store):/

/** A file with PEM, as an absolute path, or `data:` and the PEM. */
export const pem: Shape<string> = {
  syntax: 'FILE | data:PEM',
  least: 1,
  most: 1,
  parse: ([word], scope, name) => word && parsePem(word, scope, name),
  print: value => [value],
}

/** No message repeats what may be a key, or the PIN of one. */
export function parsePem(word: Word, scope: Scope, name: string): string | undefined {
  const { text, position } = word
  const [kind] = elsewhere.exec(text) ?? []
  if (kind !== undefined) {
    scope.fault(
      position,
      `"${name} ${kind}…" cannot be honoured: Node's TLS takes keys from a file or from "data:", and none from an engine or a store of OpenSSL`,
    )
    return undefined
  }
  if (!text.startsWith(inTheText)) return path(word, scope, name, 'besideConfig')
  if (text.includes('-----BEGIN ')) return text
  scope.fault(position, `"${name}" has no PEM behind "${inTheText}"`)
  return undefined
}
