import { Buffer } from 'node:buffer'

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
  let length = 0
  while (length < text.length && text[length] !== pad) length++
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
  write(text, 0, bytes, 0, bytes.length)
  return text
}

/**
 * Turns the last `count` of the octets from `from` to `to` into base64, which leaves nothing of them:
 * it fills that room, which is as large as the text.
 */
export function encodeInPlace(bytes: Buffer, from: number, to: number, count: number): void {
  // The text never gets ahead of what is still to be read.
  write(bytes, from, bytes, to - count, to)
}

/** Writes at `at` the base64 of what stands from `from` to `to`. */
function write(text: Buffer, at: number, bytes: Buffer, from: number, to: number): void {
  let next = at
  for (let i = from; i < to; i += 3) {
    const left = Math.min(3, to - i)
    const first = bytes[i] ?? 0
    const second = left > 1 ? (bytes[i + 1] ?? 0) : 0
    const third = left > 2 ? (bytes[i + 2] ?? 0) : 0
    const group = (first << 16) | (second << 8) | third
    for (let j = 0; j < 4; j++) {
      const digit = j <= left ? alphabet[(group >> (18 - 6 * j)) & 63] : pad
      text[next++] = digit ?? pad
    }
  }
}
