import { names } from '../../sasl/mechanism.ts'
import type { FrontSettings } from '../protocol.ts'

/** The untagged CAPABILITY responses, each whole, with its line end. */
export interface Capabilities {
  /** On TLS, and where there is no STARTTLS. */
  readonly plain: string
  /** In clear, while STARTTLS may still be said. */
  readonly clear: string
}

export function capabilities(settings: FrontSettings): Capabilities {
  const auth = names(settings.mechanisms).map(name => `AUTH=${name}`)
  const plain = [...settings.capabilities, ...auth]
  const clear = {
    off: plain,
    on: [...plain, 'STARTTLS'],
    only: [...settings.capabilities, 'STARTTLS', 'LOGINDISABLED'],
  }
  return { plain: response(plain), clear: response(clear[settings.starttls]) }
}

function response(words: readonly string[]): string {
  return `${['* CAPABILITY', ...words].join(' ')}\r\n`
}
