/** What a backend's EHLO offers, as far as the relay after the login must know (RFC 5321 4.1.1.1). */
export interface Offer {
  /** RFC 3030. */
  readonly chunking: boolean
  /** Octets of a message (RFC 1870); `undefined`: no limit was said. */
  readonly size: number | undefined
}

export const nothingOffered: Offer = { chunking: false, size: undefined }

/** `lines` are those of EHLO behind the first, without their codes. */
export function offerOf(lines: readonly string[]): Offer {
  const words = lines.map(line => line.trim().toUpperCase().split(/[ =]+/))
  const size = words.find(([keyword]) => keyword === 'SIZE')?.[1]
  return {
    chunking: words.some(([keyword]) => keyword === 'CHUNKING'),
    size: size !== undefined && /^[1-9]\d{0,14}$/.test(size) ? Number(size) : undefined,
  }
}

/** Whether a client may see the line of EHLO that says `text`: not what it is not allowed to use. */
export function mayBeOffered(text: string): boolean {
  const keyword = /^[^ =\r\n]*/.exec(text)?.[0].toUpperCase() ?? ''
  return keyword !== 'AUTH' && keyword !== 'STARTTLS' && !keyword.startsWith('X')
}

/** The reply to EHLO with the lines of `texts`; the last line is marked as such. */
export function printHello(texts: readonly string[]): Buffer {
  const last = texts.length - 1
  const lines = texts.map((text, at) => `250${at < last ? '-' : ' '}${text}\r\n`)
  return Buffer.from(lines.join(''), 'latin1')
}
