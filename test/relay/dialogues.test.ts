import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, type TestContext, test } from 'node:test'
import { protocols } from '../../src/protocol/protocols.ts'
import { protocolNames } from '../../src/words/protocol-name.ts'
import { startAuthServer } from '../support/auth-server.ts'
import { makeAuthority } from '../support/certificates.ts'
import { type Dialogue, dialogues, expected, segments, verdicts } from '../support/dialogue.ts'
import { leg } from '../support/leg.ts'
import { MailClient } from '../support/mail-client.ts'
import { relayFor } from '../support/on-relay.ts'

/** The dialogues of the pure protocols, run on a relay: over sockets, with TLS and an auth server. */

let folder = ''
let keys = ''
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'postern-dialogues-'))
  const pair = await (await makeAuthority()).issue(['mail.example.com'])
  keys = join(folder, 'keys.pem')
  writeFileSync(keys, `${pair.certificate}\n${pair.key}`)
})
after(() => rmSync(folder, { recursive: true }))

const splits: ReadonlyMap<string, (client: MailClient, bytes: Buffer) => Promise<void>> = new Map([
  ['in one chunk', async (client, bytes) => client.say(bytes.toString('latin1'))],
  [
    'split at every byte',
    async (client, bytes) => {
      client.socket.setNoDelay(true)
      // What follows the command for TLS goes with it: later it would be part of the handshake.
      const [, before = '', rest = ''] =
        /^(.*?)((?:\S+ )?(?:STARTTLS|STLS)\r?\n.*)?$/s.exec(bytes.toString('latin1')) ?? []
      for (const octet of before) {
        if (client.socket.writable) client.say(octet)
        await new Promise(resolve => setImmediate(resolve))
      }
      if (rest !== '') client.say(rest)
    },
  ],
])

/** A salt is not the same twice; POP3's buffer is no setting, and the others have a least size. */
function fixed({ salt, protocol, settings }: Dialogue): boolean {
  return salt === '' && settings.clientBuffer >= (protocol === 'pop3' ? 4_096 : 128)
}

function configured({ protocol, settings, secure }: Dialogue, authUrl: string): string {
  const words = settings.capabilities.map(word => JSON.stringify(word)).join(' ')
  return [
    `auth_http ${authUrl}; server_name ${settings.serverName}; max_errors 1000;`,
    `starttls ${settings.starttls}; ssl_certificate ${keys}; ssl_certificate_key ${keys};`,
    words && `${protocol}_capabilities ${words};`,
    `${protocol}_auth ${settings.mechanisms.join(' ')};`,
    protocol === 'pop3' ? '' : `${protocol}_client_buffer ${settings.clientBuffer};`,
    `server { listen {front}${secure ? ' ssl' : ''}; protocol ${protocol}; }`,
  ].join('\n')
}

/** What the auth server says so that the client hears what a backend's refusal would be. */
function refusal({ protocol }: Dialogue): Readonly<Record<string, string>> {
  const words = protocols[protocol].words.refused(leg().attempt).trim()
  const [, code, text = ''] = /^(?:-ERR|\S* ?NO|(\d{3} \S+)) (.*)$/.exec(words) ?? []
  return {
    'Auth-Status': text,
    'Auth-Wait': '1',
    ...(code === undefined ? {} : { 'Auth-Error-Code': code }),
  }
}

async function run(
  t: TestContext,
  dialogue: Dialogue,
  send: (client: MailClient, bytes: Buffer) => Promise<void>,
): Promise<void> {
  const judged = [...verdicts(dialogue)]
  const auth = await startAuthServer(() =>
    judged.shift() === 'refused' ? refusal(dialogue) : { 'Auth-Status': 'OK' },
  )
  t.after(() => auth.stop())
  const here = await relayFor(t, configured(dialogue, auth.url))
  const client = dialogue.secure
    ? await MailClient.openTls(here.port('front'))
    : await MailClient.open(here.port('front'))
  const spoken = expected(dialogue)
  const heard: string[] = []
  let at = 0
  for (const segment of segments(dialogue.script)) {
    const sent = send(client, segment)
    for (; at < spoken.length && spoken[at] !== 'TLS'; at++)
      heard.push(await next(client, spoken[at]))
    await sent
    if (spoken[at] === 'TLS') {
      heard.push('TLS')
      at++
      await client.startTls()
    }
  }
  assert.deepEqual(heard, spoken)
  client.close()
}

/** The next thing heard, written as the dialogue has it; attempts and faults are not heard. */
async function next(client: MailClient, wanted = ''): Promise<string> {
  if (wanted.startsWith('A: ')) return wanted
  const line = await client.line()
  return line === 'END' ? line : `${wanted.startsWith('S!') ? 'S!' : 'S'}: ${line}`
}

for (const protocol of protocolNames) {
  describe(`${protocol} on a relay`, { concurrency: 8 }, () => {
    for (const dialogue of dialogues(protocol).filter(fixed)) {
      for (const [how, send] of splits) {
        test(`${dialogue.title}, ${how}`, t => run(t, dialogue, send))
      }
    }
  })
}
