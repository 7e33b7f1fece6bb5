import { encode } from './base64.ts'

/** The base64 of SASL PLAIN's one message (RFC 4616), without an authorization identity. */
export function plainResponse(login: Buffer, password: Buffer): Buffer {
  const message = Buffer.allocUnsafe(login.length + password.length + 2)
  message[0] = 0
  login.copy(message, 1)
  message[login.length + 1] = 0
  password.copy(message, login.length + 2)
  const text = encode(message)
  message.fill(0)
  return text
}

/** How long `plainResponse` will be. */
export function plainLength(login: Buffer, password: Buffer): number {
  return Math.ceil((login.length + password.length + 2) / 3) * 4
}
