import { names } from '../../sasl/mechanism.ts'
import type { Mechanism } from '../../words/mechanism.ts'
import type { FrontSettings } from '../protocol.ts'

/** What CAPA (RFC 2449) and a bare AUTH answer; each whole, with its line ends. */
export interface Capabilities {
  /** After USER, on TLS, and where there is no STLS. */
  readonly plain: string
  /** In clear, while STLS may still be said. */
  readonly clear: string
  readonly mechanisms: string
}

export function capabilities(settings: FrontSettings): Capabilities {
  const sasl = names(accepted(settings.mechanisms))
  const offered = sasl.length > 0 ? [`SASL ${sasl.join(' ')}`] : []
  const plain = [...settings.capabilities, ...offered]
  const clear = {
    off: plain,
    on: [...plain, 'STLS'],
    only: [...settings.capabilities.filter(word => word.toUpperCase() !== 'USER'), 'STLS'],
  }
  return {
    plain: list('Capability list follows', plain),
    clear: list('Capability list follows', clear[settings.starttls]),
    mechanisms: list('methods supported:', sasl),
  }
}

/** In nginx `pop3_auth plain` means LOGIN as well, for which the directive has no word. */
function accepted(mechanisms: readonly Mechanism[]): readonly Mechanism[] {
  return mechanisms.includes('plain') ? [...mechanisms, 'login'] : mechanisms
}

function list(title: string, lines: readonly string[]): string {
  return [`+OK ${title}`, ...lines, '.', ''].join('\r\n')
}
