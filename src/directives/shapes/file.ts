import { quote } from '../error.ts'
import type { Scope, Shape } from '../shape.ts'
import type { Word } from '../syntax.ts'

/** Linux's PATH_MAX. */
export const maxPath = 4096

/** A file, named against the main file's directory, or against the prefix. */
export function file(against: 'besideConfig' | 'underPrefix'): Shape<string> {
  return {
    syntax: 'FILE',
    least: 1,
    most: 1,
    parse: ([word], scope, name) => word && path(word, scope, name, against),
    print: value => [value],
  }
}

/** The absolute path that `word` names. */
export function path(
  { text, position }: Word,
  scope: Scope,
  name: string,
  against: 'besideConfig' | 'underPrefix',
): string | undefined {
  if (isPath(text)) return scope[against](text)
  scope.fault(position, `"${name}" must be the name of a file, not ${quote(text)}`)
  return undefined
}

function isPath(text: string): boolean {
  return text !== '' && text.length <= maxPath && !/[\p{Cc}\p{Cs}]/u.test(text)
}
