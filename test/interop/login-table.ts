import type { ProtocolName } from '../../src/words/protocol-name.ts'
import {
  type Login,
  logInWithCurl,
  logInWithPython,
  logInWithSwaks,
  type Method,
  type Outcome,
  type Security,
  sayWithOpenssl,
  type Visit,
} from '../support/clients.ts'
import { alice, password } from '../support/mail-site.ts'
import type { Front } from './front.ts'

interface Client {
  readonly name: string
  readonly protocols: Readonly<Partial<Record<ProtocolName, readonly Method[]>>>
  readonly securities: readonly Security[]
  readonly logIn: (visit: Visit) => Promise<Outcome>
}

const clients: readonly Client[] = [
  {
    name: 'curl',
    protocols: {
      imap: ['PLAIN', 'LOGIN'],
      pop3: ['PLAIN', 'LOGIN'],
      smtp: ['PLAIN', 'LOGIN'],
    },
    securities: ['plain', 'starttls', 'implicit'],
    logIn: logInWithCurl,
  },
  {
    name: 'Python',
    protocols: { imap: ['COMMAND', 'PLAIN'], pop3: ['COMMAND', 'PLAIN'], smtp: ['PLAIN', 'LOGIN'] },
    securities: ['plain', 'starttls', 'implicit'],
    logIn: logInWithPython,
  },
  {
    name: 'swaks',
    protocols: { smtp: ['PLAIN', 'LOGIN'] },
    securities: ['plain', 'starttls', 'implicit'],
    logIn: logInWithSwaks,
  },
  {
    name: 'openssl',
    protocols: { imap: ['COMMAND'], pop3: ['COMMAND'], smtp: ['PLAIN'] },
    securities: ['starttls', 'implicit'],
    logIn: logInWithOpenssl,
  },
]

/** A whole session in one segment: login, and behind it what only a logged-in client may say. */
const sessions: Readonly<Record<ProtocolName, (login: Login) => readonly string[]>> = {
  imap: ({ user, password }) => [`a LOGIN ${user} "${password}"`, 'b SELECT INBOX', 'c LOGOUT'],
  pop3: ({ user, password }) => [`USER ${user}`, `PASS ${password}`, 'STAT', 'QUIT'],
  smtp: ({ user, password }) => {
    const secret = Buffer.from(`\0${user}\0${password}`).toString('base64')
    return ['EHLO client.test', `AUTH PLAIN ${secret}`, `MAIL FROM:<${user}>`, 'QUIT']
  },
}

/** What the last command but the farewell is answered. */
const lastWords = { imap: /^b OK /m, pop3: /^\+OK \d+ \d+/m, smtp: /^250 2\.1\.0 /m } as const

async function logInWithOpenssl(visit: Visit): Promise<Outcome> {
  const { place, login } = visit
  const lines = login ? sessions[place.protocol](login) : []
  const { ok, words } = await sayWithOpenssl(visit, lines)
  return { ok: ok && lastWords[place.protocol].test(words), words }
}

export interface LoginCase {
  readonly title: string
  readonly protocol: ProtocolName
  /** Each case's own, so that the servers' logs tell them apart. */
  readonly source: string
  readonly logIn: (front: Front, authority: string, password?: string) => Promise<Outcome>
}

const methodWords: Readonly<Record<ProtocolName, Readonly<Record<Method, string>>>> = {
  imap: { COMMAND: 'LOGIN', PLAIN: 'AUTHENTICATE PLAIN', LOGIN: 'AUTHENTICATE LOGIN' },
  pop3: { COMMAND: 'USER and PASS', PLAIN: 'AUTH PLAIN', LOGIN: 'AUTH LOGIN' },
  smtp: { COMMAND: 'AUTH', PLAIN: 'AUTH PLAIN', LOGIN: 'AUTH LOGIN' },
}
const securityWords = { plain: 'in clear text', starttls: 'after STARTTLS', implicit: 'over TLS' }

/** Every client, protocol, security and mechanism that goes together. */
export const loginCases: readonly LoginCase[] = clients
  .flatMap(client =>
    (['imap', 'pop3', 'smtp'] as const).flatMap(protocol =>
      (client.protocols[protocol] ?? []).flatMap(method =>
        client.securities.map(security => ({ client, protocol, method, security })),
      ),
    ),
  )
  .map(({ client, protocol, method, security }, index) => {
    const source = `127.0.10.${index + 1}`
    const how = `${methodWords[protocol][method]} ${securityWords[security]}`
    return {
      title: `${client.name} logs in to ${protocol.toUpperCase()} by ${how}`,
      protocol,
      source,
      logIn: (front, authority, secret = password) =>
        client.logIn({
          place: front(protocol, security),
          ...{ source, authority, login: { user: alice, password: secret, method } },
        }),
    }
  })
