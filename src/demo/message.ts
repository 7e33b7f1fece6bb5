/** Header and body of a message (RFC 5322), as far as FETCH, SEARCH and TOP need them. All text is latin1. */
export interface Parts {
  /** With the empty line that ends it. */
  readonly header: Buffer
  readonly body: Buffer
}

export interface Field {
  readonly name: string
  /** Unfolded and trimmed. */
  readonly value: string
  /** As it stands in the message, with its line ends. */
  readonly raw: string
}

export function parts(message: Buffer): Parts {
  if (message.subarray(0, 2).equals(crlf)) return split(message, 2)
  const end = message.indexOf('\r\n\r\n')
  return split(message, end < 0 ? message.length : end + 4)
}

export function fields(header: Buffer): readonly Field[] {
  return header
    .toString('latin1')
    .split(/(?<=\r\n)(?![ \t])/)
    .flatMap(raw => {
      const colon = raw.indexOf(':')
      if (colon < 1) return []
      const value = raw
        .slice(colon + 1)
        .replaceAll('\r\n', '')
        .trim()
      return [{ name: raw.slice(0, colon).trim().toLowerCase(), value, raw }]
    })
}

/** The value of the first field of that lower-case name. */
export function field(all: readonly Field[], name: string): string | undefined {
  return all.find(one => one.name === name)?.value
}

/** Lines end in CRLF whatever they ended in; the last one too. */
export function withCrlf(message: Buffer): Buffer {
  const text = message.toString('latin1').replaceAll(/\r?\n/g, '\r\n')
  return Buffer.from(text === '' || text.endsWith('\r\n') ? text : `${text}\r\n`, 'latin1')
}

const crlf = Buffer.from('\r\n')

function split(message: Buffer, at: number): Parts {
  return { header: message.subarray(0, at), body: message.subarray(at) }
}
