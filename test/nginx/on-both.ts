/** One dialogue through both, for the suites that show what nginx does wrong. */
import type { Answer } from '../support/nginx-auth.ts'
import type { Manners } from '../support/nginx-backend.ts'
import type { Split } from '../support/nginx-client.ts'
import { type Dialogue, freshAddress, type Outcome, perform } from '../support/nginx-dialogue.ts'
import type { Pair } from '../support/nginx-pair.ts'
import { consent } from './answers.ts'

export interface Some {
  readonly lines: readonly string[]
  readonly answers?: readonly Answer[]
  readonly manners?: Manners
  readonly split?: Split
}

export interface Both {
  readonly nginx: Outcome
  readonly postern: Outcome
}

/** What both make of a dialogue; the door's name begins with its protocol. */
export async function onBoth(
  pair: Pair,
  door: string,
  { split = 'line by line', ...some }: Some,
): Promise<Both> {
  const protocol = door.startsWith('imap') ? 'imap' : door.startsWith('pop3') ? 'pop3' : 'smtp'
  const dialogue: Dialogue = {
    ...{ title: '', protocol, door, implicitTls: false, answers: [consent], manners: {} },
    ...some,
  }
  const from = freshAddress()
  const [nginx, postern] = await Promise.all([
    perform(pair.nginx, dialogue, split, from),
    perform(pair.postern, dialogue, split, from),
  ])
  return { nginx, postern }
}

/** All that a client heard. */
export const said = ({ client }: Outcome): string => client.join('')
