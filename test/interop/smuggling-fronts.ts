/** The ways to a backend on which attempts are made, and the attempts themselves. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AuthServer, startAuthServer } from '../support/auth-server.ts'
import { type Conversation, converse } from '../support/conversation.ts'
import { alice, password } from '../support/mail-site.ts'
import { nginxMain, startNginx } from '../support/nginx.ts'
import { freePort } from '../support/ports.ts'
import { type Attempt, insideTls } from './smuggling-attempts.ts'

export interface Backend {
  readonly port: number
  /** Clients log in, as alice. */
  readonly login: boolean
  /** Takes XCLIENT from a front. */
  readonly identity: boolean
}

export interface NginxFront {
  readonly port: (name: string) => number
  readonly stop: () => Promise<void>
}

/** nginx's mail module before backends, with an auth server that names them. */
export async function startNginxFront(
  folder: string,
  backends: Readonly<Record<string, Backend>>,
): Promise<NginxFront> {
  const auth: AuthServer = await startAuthServer(asked => ({
    'Auth-Status': 'OK',
    'Auth-Server': '127.0.0.1',
    'Auth-Port': String(backends[asked['x-backend'] ?? '']?.port),
  }))
  const ports = new Map<string, number>()
  for (const name of Object.keys(backends)) ports.set(name, await freePort())
  const servers = Object.entries(backends).map(
    ([name, { login, identity }]) => `server {
  listen 127.0.0.1:${ports.get(name)};
  protocol smtp;
  smtp_auth ${login ? 'plain' : 'none'};
  proxy_smtp_auth ${login ? 'on' : 'off'};
  xclient ${identity ? 'on' : 'off'};
  auth_http_header X-Backend ${name};
}`,
  )
  const file = join(folder, 'nginx.conf')
  const head = `server_name mail.example.com; auth_http ${auth.url};`
  writeFileSync(file, `${nginxMain}\nmail {\n${head}\n${servers.join('\n')}\n}\n`)
  const nginx = await startNginx(folder, file)
  return {
    port: name => ports.get(name) ?? 0,
    stop: async () => {
      await nginx.stop()
      await auth.stop()
    },
  }
}

export interface Visitor {
  readonly port: number
  /** The client's own address. */
  readonly source: string
  readonly login: boolean
}

/**
 * In ms, for each word: where something got through that should not, both sides may wait for ever. A mail
 * server looks its client's name up before it greets, and a resolver asks again after 5 s.
 */
const patience = 12_000
/** In ms, for a whole attempt and what it left behind. */
export const patienceForAll = 40_000

const plain = Buffer.from(`\0${alice}\0${password}`).toString('base64')

/** Makes one attempt in a session of its own; all that the server said to it. */
export async function make(attempt: Attempt, token: string, visitor: Visitor): Promise<string> {
  return await visit(visitor, async smtp => {
    if (attempt.first) await smtp.ask(...attempt.first)
    return await untilOver(smtp, attempt.text(token))
  })
}

/** The attempt inside of TLS that STARTTLS behind the first RCPT began; what was said if it did not. */
export async function makeInsideTls(token: string, visitor: Visitor): Promise<string> {
  return await visit(visitor, async smtp => {
    const answer = await smtp.ask('STARTTLS', /^\d{3} /)
    if (answer.startsWith('220 ')) {
      await smtp.upgrade({ rejectUnauthorized: false })
      await smtp.ask('EHLO client.test', /^250 /)
    }
    return answer + (await untilOver(smtp, insideTls(alice).text(token)))
  })
}

async function visit(
  visitor: Visitor,
  act: (smtp: Conversation) => Promise<string>,
): Promise<string> {
  const smtp = await converse({ ...visitor, patience })
  try {
    await open(smtp, visitor.login)
    return await act(smtp)
  } finally {
    smtp.close()
  }
}

async function open(smtp: Conversation, login: boolean): Promise<void> {
  await smtp.hear(/^220 /)
  await smtp.ask('EHLO client.test', /^250 /)
  if (login) await smtp.ask(`AUTH PLAIN ${plain}`, /^235 /)
  await smtp.ask('MAIL FROM:<carrier@client.test>', /^250 /)
  await smtp.ask(`RCPT TO:<${alice}>`, /^250 /)
}

/** Some servers take leave, others only close. */
async function untilOver(smtp: Conversation, text: string): Promise<string> {
  return await smtp.ask(text.replace(/\r\n$/, ''), /^[24]21 /).catch(String)
}
