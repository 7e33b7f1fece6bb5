/** One dialogue on one of the two programs: what client, auth server and backend saw of it. */
import type { ProtocolName } from '../../src/words/protocol-name.ts'
import type { KeyPair } from './certificates.ts'
import type { Answer } from './nginx-auth.ts'
import { type Manners, startRecordingBackend } from './nginx-backend.ts'
import { type Line, type Split, visit } from './nginx-client.ts'
import type { Side } from './nginx-pair.ts'

export interface Dialogue {
  /** A sentence without its end. */
  readonly title: string
  readonly protocol: ProtocolName
  /** The name of the server's port in the text. */
  readonly door: string
  readonly implicitTls: boolean
  readonly keys?: KeyPair
  readonly lines: readonly Line[]
  readonly answers: readonly Answer[]
  readonly manners: Manners
}

export interface Outcome {
  readonly client: readonly string[]
  /** The questions to the auth server, octet by octet. */
  readonly asked: readonly string[]
  readonly backend: string
}

let visits = 0

/** An address of loopback that no other client of this process comes from. */
export function freshAddress(): string {
  visits++
  return `127.1.${Math.floor(visits / 250)}.${1 + (visits % 250)}`
}

export async function perform(
  side: Side,
  dialogue: Dialogue,
  split: Split,
  from: string,
): Promise<Outcome> {
  const { answers, door, implicitTls, keys, lines, manners, protocol } = dialogue
  const backend = await startRecordingBackend(protocol, manners)
  try {
    const asked = side.auth.judge(from, { answers, port: backend.port })
    const client = await visit({
      ...{ protocol, from, implicitTls, keys, lines, split },
      port: side.port(door),
    })
    return {
      client: client.map(unsalted),
      asked: asked.map(unsalted),
      backend: unsalted(backend.heard()),
    }
  } finally {
    await backend.close()
  }
}

const salt = /<[^<>@ ]+@[a-z]+\.example\.com>/g

/** Salts are never the same twice, alone or in the base64 of a challenge. */
function unsalted(text: string): string {
  const plain = text.replaceAll(/[A-Za-z0-9+/=]{20,}/g, word => {
    const decoded = Buffer.from(word, 'base64').toString('latin1')
    return new RegExp(`^${salt.source}$`).test(decoded) ? '(salt in base64)' : word
  })
  return plain.replaceAll(salt, '(salt)')
}
