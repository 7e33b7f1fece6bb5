import type { Mail } from '../support/clients.ts'
import type { MailSite } from '../support/mail-site.ts'
import { eventually } from '../support/programs.ts'

export interface Letter extends Mail {
  /** Names the message in logs and mailboxes. */
  readonly token: string
}

export function letter(token: string, to: string, body: string | Buffer): Letter {
  const from = 'alice@example.com'
  const head = [
    `From: <${from}>`,
    `To: <${to}>`,
    `Subject: ${token}`,
    'Date: Mon, 23 Nov 2026 12:00:00 +0000',
    `Message-ID: <${token}@client.test>`,
  ].join('\r\n')
  return {
    token,
    from,
    to,
    message: Buffer.concat([Buffer.from(`${head}\r\n\r\n`), Buffer.from(body)]),
  }
}

export const dottedBody = [
  '.',
  '..',
  '...',
  '.a line',
  'a line',
  '..a line',
  '. ',
  '.\t.',
  'end.',
  '',
].join('\r\n')

/** At least `size` octets in lines that no server would fold, each of which is like no other. */
export function largeBody(size: number): Buffer {
  const filler = '.0123456789abcdefghijklmnopqrstuvwxyz+/ABCDEFGHIJKLMNOPQRSTUVWXYZ'
  const lines: string[] = []
  for (let octets = 0; octets < size; octets += 76) {
    lines.push(`${(octets / 76).toString().padStart(9, '0')}${filler}\r\n`)
  }
  return Buffer.from(lines.join(''), 'latin1')
}

/** Waits until Dovecot has stored the message; no retry of a delivery can be that late. */
export async function stored(site: MailSite, { token }: Letter): Promise<void> {
  const words = `msgid=<${token}@client.test>: saved mail to INBOX`
  await eventually(`delivery of ${token}`, () => site.dovecot.log().includes(words), 30_000)
}

/** The line in which Postfix names the client of a message: `client=`, and the login if any. */
export async function clientLine({ postfix }: MailSite, { token }: Letter): Promise<string> {
  const named = await postfix.logged(new RegExp(`message-id=<${token}@client\\.test>`))
  const id = /: ([0-9A-F]+): message-id/.exec(named)?.[1]
  return await postfix.logged(new RegExp(`${id}: client=`))
}
