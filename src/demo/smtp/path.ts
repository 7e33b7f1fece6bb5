/** `FROM:<…> params` or `TO:<…> params` (RFC 5321 3.3), taken apart. */
export type Path =
  | {
      readonly kind: 'path'
      /** Without the brackets; empty: the null sender. */
      readonly address: string
      readonly parameters: ReadonlyMap<string, string>
    }
  | { readonly kind: 'invalid' }

const syntax = /^([A-Z]+): ?<((?:"(?:[^"\\]|\\.)*"|[^<>"\s])*)>((?: +[^\s]+)*) *$/i

export function parsePath(word: 'FROM' | 'TO', text: string): Path {
  const [, given, address = '', rest = ''] = syntax.exec(text) ?? []
  if (given?.toUpperCase() !== word) return { kind: 'invalid' }
  const parameters = rest
    .split(' ')
    .filter(one => one !== '')
    .map(one => [one.split('=')[0]?.toUpperCase() ?? '', one.slice(one.indexOf('=') + 1)] as const)
  return { kind: 'path', address, parameters: new Map(parameters) }
}
