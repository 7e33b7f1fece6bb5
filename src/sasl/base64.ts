/**
 * Base64 (RFC 4648 section 4) from Buffer to Buffer, so that credentials never become a string,
 * which nobody can zero.
 */
const alphabet = Buffer.from(
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
  'latin1',
)
const pad = 0x3d

const values: Int8Array = Int8Array.from({ length: 256 }, (_, octet) => alphabet.indexOf(octet))

/**
 * `undefined` where `text` is no base64. As in nginx, the first `=` ends it and the padding may be
 * missing, so `=` alone is an empty response.
 */
export function decode(text: Buffer): Buffer | undefined {
  const padding = text.indexOf(pad)
  const length = padding < 0 ? text.length : padding
  if (length % 4 === 1) return undefined
  const bytes = Buffer.allocUnsafe(Math.floor((length * 3) / 4))
  let at = 0
  let bits = 0
  for (let i = 0; i < length; i++) {
    const value = values[text[i] ?? 0] ?? -1
    if (value < 0) {
      bytes.fill(0)
      return undefined
    }
    bits = ((bits << 6) | value) & 0xff_ff
    if (i % 4 !== 0) bytes[at++] = bits >> (6 - 2 * (i % 4))
  }
  return bytes
}

export function encode(bytes: Buffer): Buffer {
  const text = Buffer.allocUnsafe(Math.ceil(bytes.length / 3) * 4)
  let at = 0
  for (let i = 0; i < bytes.length; i += 3) {
    const left = Math.min(3, bytes.length - i)
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    for (let j = 0; j < 4; j++) {
      const digit = j <= left ? alphabet[(group >> (18 - 6 * j)) & 63] : pad
      text[at++] = digit ?? pad
    }
  }
  return text
}
