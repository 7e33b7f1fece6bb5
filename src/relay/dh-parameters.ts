/** PKCS #3 (RFC 7468 does not list it), the form that `openssl dhparam` writes. */
const block = /-----BEGIN DH PARAMETERS-----\s([A-Za-z0-9+/=\s]{1,8192})-----END DH PARAMETERS-----/

const tags = { integer: 0x02, sequence: 0x30 } as const

/**
 * Whether a file holds parameters that Node takes: it drops others without a word, and then speaks
 * without the ciphers that somebody wanted.
 */
export function isDhParameters(file: Buffer): boolean {
  const [, base64] = block.exec(file.toString('latin1')) ?? []
  const sequence = element(Buffer.from(base64 ?? '', 'base64'), tags.sequence)
  const prime = sequence && element(sequence.content, tags.integer)
  const generator = prime && element(prime.rest, tags.integer)
  return generator !== undefined
}

/** The first element of `der`, if it has this tag and is whole (X.690 8.1). */
function element(der: Buffer, tag: number) {
  const short = der[1] ?? 0
  const octets = short < 0x80 ? 0 : short - 0x80
  if (der[0] !== tag || der.length < 2 + octets || octets > 2) return undefined
  const length = octets === 0 ? short : der.readUIntBE(2, octets)
  const start = 2 + octets
  if (length === 0 || der.length < start + length) return undefined
  return { content: der.subarray(start, start + length), rest: der.subarray(start + length) }
}
