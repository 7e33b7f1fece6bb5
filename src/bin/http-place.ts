export interface HttpPlace {
  readonly address: string
  readonly port: number
}

/** `ADDRESS:PORT`, IPv6 in brackets; `:PORT` is every address, port 0 any free one. */
export function httpPlace(word: string): HttpPlace | undefined {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(word) ?? []
  if (port === undefined || Number(port) > 65_535) return undefined
  return { address: bracketed ?? (plain || '::'), port: Number(port) }
}
