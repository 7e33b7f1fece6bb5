/** Every dialogue of the suite, made from the tables. */
import { type ProtocolName, protocolNames } from '../../src/words/protocol-name.ts'
import { type Line, type Split, splits } from '../support/nginx-client.ts'
import type { Dialogue } from '../support/nginx-dialogue.ts'
import { answers, consent, withPassword } from './answers.ts'
import { type BackendRows, backends, smtpBackends } from './backends.ts'
import {
  commands,
  farewell,
  injections,
  longLines,
  type Rows,
  refusedUpgrades,
  upgrades,
} from './commands.ts'
import { type Mode, modes } from './doors.ts'
import { afterwards, logins, nextLogin, recipients, usualLogin } from './logins.ts'

export interface Group {
  readonly title: string
  readonly dialogues: readonly Dialogue[]
  readonly splits: readonly Split[]
  readonly atATime: number
}

const byMode: Readonly<Record<Mode, string>> = {
  off: 'without STARTTLS',
  on: 'with STARTTLS',
  only: 'where STARTTLS is required',
  ssl: 'on TLS',
}

/** What the client says behind a STARTTLS, where it has to be said first. */
const upgrade: Readonly<Record<ProtocolName, readonly Line[]>> = {
  imap: ['s STARTTLS', 'TLS'],
  pop3: ['STLS', 'TLS'],
  smtp: ['STARTTLS', 'TLS'],
}

type Some = Pick<Dialogue, 'title' | 'protocol' | 'door' | 'lines'> & Partial<Dialogue>

function dialogue(some: Some): Dialogue {
  const ssl = /-ssl(-|$)/.test(some.door)
  const lines = [...some.lines, farewell[some.protocol]]
  return { implicitTls: ssl, answers: [consent], manners: {}, ...some, lines }
}

function onDoor(
  protocol: ProtocolName,
  mode: Mode,
  which: '' | '-all',
  rows: Rows,
): readonly Dialogue[] {
  const where = `${protocol}, ${byMode[mode]}${which && ', with every mechanism'}`
  return rows.map(([title, lines]) =>
    dialogue({
      title: `${where}, a client ${title}`,
      protocol,
      lines,
      door: `${protocol}-${mode}${which}`,
    }),
  )
}

const beforeLogin: readonly Dialogue[] = protocolNames.flatMap(protocol =>
  modes.flatMap(mode => {
    const starttls = mode === 'on' || mode === 'only' ? upgrades : refusedUpgrades
    const rows = [...commands[protocol], ...starttls[protocol]]
    return [...onDoor(protocol, mode, '', rows), ...onDoor(protocol, mode, '-all', rows)]
  }),
)

const injected: readonly Dialogue[] = protocolNames.flatMap(protocol =>
  (['on', 'only'] as const).flatMap(mode => onDoor(protocol, mode, '', injections[protocol])),
)

const long: readonly Dialogue[] = (['imap', 'smtp'] as const).flatMap(protocol =>
  modes.flatMap(mode => onDoor(protocol, mode, '', longLines[protocol])),
)

const ways: readonly Dialogue[] = protocolNames.flatMap(protocol => {
  const rows: Rows = logins[protocol].map(([title, lines]) => [
    `says ${title}`,
    [...lines, ...afterwards[protocol]],
  ])
  const upgraded: Rows = rows.map(([title, lines]) => [
    `upgrades and ${title}`,
    [...upgrade[protocol], ...lines],
  ])
  return [
    ...modes.flatMap(mode => onDoor(protocol, mode, '-all', rows)),
    ...onDoor(protocol, 'off', '', rows),
    ...onDoor(protocol, 'on', '-all', upgraded),
    ...onDoor(protocol, 'only', '', upgraded),
  ]
})

const mx: readonly Dialogue[] = modes
  .filter(mode => mode !== 'only')
  .flatMap(mode =>
    recipients.map(([title, lines]) =>
      dialogue({
        title: `smtp, ${byMode[mode]}, without login, a recipient ${title}`,
        ...{ protocol: 'smtp', door: `mx-${mode}`, lines: [...lines, ...afterwards.smtp] },
      }),
    ),
  )

const judged: readonly Dialogue[] = protocolNames.flatMap(protocol =>
  answers.flatMap(({ answers, door = 'off-all', title }) =>
    Object.entries(judgedLogins(protocol)).map(([way, [first, second]]) =>
      dialogue({
        title: `${protocol}, ${way}, an auth server that ${title}`,
        ...{
          protocol,
          answers,
          door: doorOf(protocol, way, door),
        },
        // Who was let in does not log in once more.
        lines: [...first, ...(title.startsWith('denies') ? second : [])],
      }),
    ),
  ),
)

function doorOf(protocol: ProtocolName, way: string, end: string): string {
  if (way !== 'recipient') return `${protocol}-${end}`
  return `mx-${end === 'off-all' ? 'off' : end}`
}

type Twice = readonly [first: readonly Line[], second: readonly Line[]]

function judgedLogins(protocol: ProtocolName): Readonly<Record<string, Twice>> {
  const cram = logins[protocol].find(([title]) => title.endsWith('CRAM-MD5'))?.[1] ?? []
  return {
    password: [usualLogin[protocol], nextLogin[protocol]],
    digest: [cram, nextLogin[protocol]],
    ...(protocol === 'smtp' && {
      recipient: [recipients[0]?.[1] ?? [], ['RCPT TO:<carol@example.com>']],
    }),
  }
}

function behaving(
  protocol: ProtocolName,
  rows: BackendRows,
  places: readonly string[],
  lines: readonly Line[] = usualLogin[protocol],
): readonly Dialogue[] {
  return places.flatMap(place =>
    rows
      .filter(([, , slow]) => (place === 'quick') === (slow === 'slow'))
      .map(([title, manners]) =>
        dialogue({
          title: `${protocol}, at ${protocol}-${place}, a backend that ${title}`,
          ...{ protocol, door: `${protocol}-${place}`, manners },
          lines: [...lines, ...afterwards[protocol]],
        }),
      ),
  )
}

const mail = recipients[0]?.[1] ?? []
const helo = recipients[1]?.[1] ?? []

const behaviours: readonly Dialogue[] = [
  ...behaving('imap', backends.imap, ['off', 'told', 'quick']),
  ...behaving('pop3', backends.pop3, ['off', 'told', 'quick']),
  ...behaving('smtp', backends.smtp, ['off', 'told', 'untold', 'again', 'again-untold', 'quick']),
  ...behaving('smtp', smtpBackends.told, ['off', 'told', 'quick']),
  ...behaving('smtp', smtpBackends.judging, ['again-untold']),
  ...behaving('smtp', smtpBackends.receiving, ['mx-told', 'mx-untold', 'mx-both'], mail),
  ...behaving('smtp', backends.smtp, ['mx-told', 'mx-untold'], helo),
]

/** A login that is repeated to the backend, with a password that is known to somebody or to nobody. */
const repeated: readonly Dialogue[] = logins.smtp.flatMap(([title, lines]) =>
  [['without a password', consent] as const, ['with a password', withPassword] as const].map(
    ([which, answer]) =>
      dialogue({
        title: `smtp, repeated to the backend, a client says ${title}, an auth server consents ${which}`,
        ...{ protocol: 'smtp', door: 'smtp-again-all', answers: [answer] },
        lines: [...lines, ...afterwards.smtp],
      }),
  ),
)

const isSlow = ({ door }: Dialogue): boolean => door.endsWith('-quick')

/** `atATime`: a dialogue that is about time needs a machine that has some. */
export const groups: readonly Group[] = [
  { title: 'before a login', dialogues: beforeLogin, splits, atATime: 24 },
  { title: 'long lines', dialogues: long, splits: ['line by line'], atATime: 24 },
  { title: 'injections', dialogues: injected, splits: ['line by line'], atATime: 24 },
  { title: 'logins', dialogues: [...ways, ...mx], splits, atATime: 24 },
  {
    title: 'auth servers',
    dialogues: [...judged, ...repeated].filter(one => !isSlow(one)),
    splits: ['line by line', 'at once'],
    atATime: 24,
  },
  {
    title: 'backends',
    dialogues: behaviours.filter(one => !isSlow(one)),
    splits: ['line by line', 'command by command'],
    atATime: 24,
  },
  {
    title: 'peers that take too long',
    dialogues: [...judged, ...behaviours].filter(isSlow),
    splits: ['at once'],
    atATime: 8,
  },
]
