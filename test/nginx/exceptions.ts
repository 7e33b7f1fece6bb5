/**
 * Where the two programs are not the same, and why: nothing differs without a row here. A row says
 * what is done to nginx's outcome, or in which split it is asked instead, so that Postern's is equal.
 */
import { xtext } from '../../src/protocol/smtp/xclient.ts'
import type { Split } from '../support/nginx-client.ts'
import type { Dialogue, Outcome } from '../support/nginx-dialogue.ts'

export interface Exception {
  readonly reason: string
  /** `version`: newer nginx does as Postern. `purpose`: no nginx does. */
  readonly kind: 'version' | 'purpose'
  concerns(dialogue: Dialogue, split: Split): boolean
  /** nginx is asked in another split, since in its own it hangs, or may lose what it says last. */
  readonly asks?: Split
  readonly hangs?: true
  mend?(outcome: Outcome, dialogue: Dialogue): Outcome
}

/** What nginx asked as Postern asks it: with a last header for the connection (`auth_http_keepalive`). */
export function keptOn<Heard extends { readonly asked: readonly string[] }>(nginx: Heard): Heard {
  const keepAlive = '\r\nConnection: keep-alive\r\n\r\n'
  return { ...nginx, asked: nginx.asked.map(one => one.replace(/\r\n\r\n$/, keepAlive)) }
}

export const exceptions: readonly Exception[] = [
  {
    reason:
      'behind all that nginx says to an auth server the connection is asked for once more, so that the next question needs no other (auth_http_keepalive); nginx connects for each',
    kind: 'purpose',
    concerns: () => true,
    mend: keptOn,
  },
  {
    reason:
      'nginx answers an IMAP line that begins with a space with an empty tag; Postern, as for every line without a tag, with *',
    kind: 'purpose',
    concerns: ({ protocol, title }) =>
      protocol === 'imap' && /begins (an answer )?with a space|answers with a space/.test(title),
    mend: heard(text => text.replace(/^ BAD/gm, '* BAD')),
  },
  {
    reason:
      'nginx forgets what was pipelined behind a MAIL that needs a login, and the session hangs until its timeout',
    kind: 'purpose',
    concerns: ({ door, title }, split) =>
      /^smtp-/.test(door) && title.includes('says MAIL') && pipelines(split),
    asks: 'line by line',
    hangs: true,
  },
  {
    reason:
      'nginx closes with input unread, and the reset that this causes can overtake its last reply; Postern ends its half and lets the client read',
    kind: 'purpose',
    concerns: (_, split) => split === 'command by command',
    asks: 'at once',
  },
  {
    reason: 'nginx forgets the digest when it asks once more after WAIT, so that it is not judged',
    kind: 'purpose',
    concerns: ({ title }) => title.includes('digest') && title.includes('WAIT'),
    mend: outcome => {
      const pass = /^Auth-Pass: .*$/m.exec(outcome.asked[0] ?? '')?.[0] ?? ''
      return { ...outcome, asked: outcome.asked.map(one => one.replace(/^Auth-Pass: $/m, pass)) }
    },
  },
  {
    reason: 'before 1.29.2 nginx says the login of XCLIENT as it came, not in xtext',
    kind: 'version',
    concerns: ({ protocol }) => protocol === 'smtp',
    mend: outcome => ({
      ...outcome,
      backend: outcome.backend.replace(
        /LOGIN=(.*) NAME=/,
        (_, login: string) => `LOGIN=${xtext(Buffer.from(login, 'latin1'))} NAME=`,
      ),
    }),
  },
  {
    reason:
      'nginx says XCLIENT to backends that do not offer it; where the session logs in to the backend Postern goes on without',
    kind: 'purpose',
    concerns: ({ door }) => door === 'smtp-again',
    mend: outcome => ({ ...outcome, backend: outcome.backend.replace(/^XCLIENT .*\r\n/m, '') }),
  },
  {
    reason:
      'where a backend refuses MAIL, the client is told so in its words and the session stays; nginx says 451, so that the sender tries for days, or closes',
    kind: 'purpose',
    concerns: ({ title }) => title.includes('refuses MAIL'),
    mend: (outcome, { manners }) => {
      const before = outcome.client.join('').replace(/(451 4\.3\.2 Internal.*|5.*|4.*)\r\nEND$/, '')
      const after = '250 2.0.0 OK\r\n500 5.5.1 Invalid command\r\n221 2.0.0 Bye\r\nEND'
      return { ...outcome, client: [`${before}${manners['MAIL']}\r\n${after}`] }
    },
  },
  {
    reason:
      'an Auth-Status that is empty is a refusal in every protocol; nginx takes it for consent in SMTP and misses the backend',
    kind: 'purpose',
    concerns: ({ protocol, title }) =>
      protocol === 'smtp' && /without a word|says a name alone/.test(title),
    mend: heard(text => text.replace('451 4.3.2 Internal server error', '535 5.7.0 ')),
  },
  {
    reason:
      'an Auth-Error-Code that is no code of SMTP is not said to the client; nginx says whatever stands there',
    kind: 'purpose',
    concerns: ({ protocol, title }) => protocol === 'smtp' && title.includes('a code that is none'),
    mend: heard(text => text.replace(/^none /m, '535 5.7.0 ')),
  },
  {
    reason:
      'a line that fits no buffer is no command, and has no tag; nginx answers with its first word',
    kind: 'purpose',
    concerns: ({ protocol, title }) => protocol === 'imap' && title.includes('beyond the buffer'),
    mend: heard(text => text.replace(/^a BAD/m, '* BAD')),
  },
  {
    reason:
      'a password that PASS cannot carry is sent by AUTH PLAIN: servers skip the spaces behind PASS, and find no argument',
    kind: 'purpose',
    concerns: ({ protocol, title }) =>
      protocol === 'pop3' && /an empty (user and )?password/.test(title),
    mend: outcome => ({
      ...outcome,
      backend: outcome.backend
        .replace('USER alice\r\nPASS \r\n', 'AUTH PLAIN AGFsaWNlAA==\r\n')
        .replace('USER \r\nPASS \r\n', 'AUTH PLAIN AAA=\r\n'),
    }),
  },
  {
    reason:
      'a backend that takes literals that wait for nobody (RFC 7888) is logged in to at once, which spares two round trips; nginx waits for each',
    kind: 'purpose',
    concerns: ({ protocol, title }) => protocol === 'imap' && title.includes('greets at length'),
    mend: outcome => ({ ...outcome, backend: outcome.backend.replaceAll(/\{(\d+)\}/g, '{$1+}') }),
  },
  {
    reason:
      'a client that said HELO behind EHLO is one that said HELO (RFC 5321 4.1.4); nginx holds on to EHLO',
    kind: 'purpose',
    concerns: ({ lines }) =>
      lines.some((line, i) => line.startsWith('HELO') && lines.slice(0, i).some(isEhlo)),
    mend: outcome => ({
      ...outcome,
      backend: outcome.backend.includes('XCLIENT')
        ? outcome.backend.replace('EHLO client.test', 'HELO client.test')
        : outcome.backend.replace('EHLO', 'HELO'),
    }),
  },
]

function isEhlo(line: string): boolean {
  return line.startsWith('EHLO')
}

/** Dialogues that are not compared, for the reason of a test of their own in `faults.suite.ts`. */
export const apart: readonly {
  readonly test: string
  readonly concerns: (dialogue: Dialogue) => boolean
}[] = [
  {
    test: 'a literal is not asked for where its login would be refused',
    concerns: ({ door, title }) =>
      door.startsWith('imap-only') &&
      /says LOGIN .*literal/.test(title) &&
      !title.includes('upgrades'),
  },
]

function heard(change: (text: string) => string): (outcome: Outcome) => Outcome {
  return outcome => ({ ...outcome, client: outcome.client.map(change) })
}

function pipelines(split: Split): boolean {
  return split === 'command by command' || split === 'at once'
}
