/**
 * Mail clients as commands: `client.ts read HOST`, `send HOST [SECONDS]` (so long it waits within the
 * body), `idle HOST COUNT [SECONDS]`, `flow HOST SECONDS` (one session after the other), `served HOST
 * FINGERPRINT` (until that certificate is). Each prints one line of JSON at its end.
 */
import { once } from 'node:events'
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { MailClient } from '../support/mail-client.ts'

const [what, host = '', count = '0', seconds] = process.argv.slice(2)
const insecure = { host, rejectUnauthorized: false }

async function login(): Promise<MailClient> {
  const client = await MailClient.openTls(993, insecure)
  await client.line()
  client.say('a login alice@example.com secret\r\n')
  await until(client, /^a /)
  return client
}

/** The lines until one fits. */
async function until(client: MailClient, wanted: RegExp): Promise<readonly string[]> {
  const lines: string[] = []
  for (;;) {
    const line = await client.line()
    lines.push(line)
    if (wanted.test(line)) return lines
    if (line.startsWith('END')) throw new Error(`ended after ${lines.join(' | ')}`)
  }
}

async function read(): Promise<object> {
  const client = await login()
  client.say('b select INBOX\r\n')
  const lines = await until(client, /^b /)
  client.say('c fetch 1:* BODY.PEEK[HEADER.FIELDS (SUBJECT)]\r\n')
  const mails = await until(client, /^c /)
  client.close()
  const exists = lines.find(line => line.endsWith('EXISTS'))
  return { exists, subjects: mails.filter(line => line.startsWith('Subject:')) }
}

/** SMTP with STARTTLS and a login; `gap` ms lie between the two halves of the body. */
async function send(gap: number): Promise<object> {
  const socket = connect({ host, port: 587 })
  const client = new MailClient(socket)
  await once(socket, 'connect')
  const ask = async (line: string) => {
    client.say(`${line}\r\n`)
    return (await until(client, /^\d{3} /)).at(-1)
  }
  await until(client, /^220 /)
  await ask('EHLO client.example.com')
  await ask('STARTTLS')
  await client.startTls(insecure)
  await ask('EHLO client.example.com')
  await ask(`AUTH PLAIN ${Buffer.from('\0alice@example.com\0secret').toString('base64')}`)
  await ask('MAIL FROM:<alice@example.com>')
  await ask('RCPT TO:<alice@example.com>')
  await ask('DATA')
  client.say('Subject: from a pod\r\n\r\none half\r\n')
  if (gap > 0) {
    console.log('in the body')
    await new Promise(done => setTimeout(done, gap))
  }
  const taken = await ask('another\r\n.')
  client.close()
  return { taken }
}

/** Sessions in IDLE, and how many of them ended how: with a BYE, or cut. */
async function idle(): Promise<object> {
  const clients: MailClient[] = []
  for (let at = 0; at < Number(count); at++) clients.push(await login())
  for (const client of clients) {
    client.say('b select INBOX\r\nc idle\r\n')
    await until(client, /^\+ /)
  }
  console.log(`${clients.length} idle`)
  const began = performance.now()
  const enough = new Promise<undefined>(done => {
    if (seconds !== undefined) setTimeout(done, Number(seconds) * 1_000)
  })
  const all = await Promise.all(
    clients.map(async client => {
      const text = await Promise.race([client.rest(), enough])
      if (text === undefined) return []
      return { bye: /^\* BYE/m.test(text), ms: performance.now() - began }
    }),
  )
  const ends = all.flat()
  const times = ends.map(({ ms }) => Math.round(ms))
  return {
    ended: ends.length,
    open: clients.length - ends.length,
    bye: ends.filter(({ bye }) => bye).length,
    first: Math.min(...times),
    last: Math.max(...times),
  }
}

/** What one session of `flow` may take, and the pause before the next. */
const patience = 5_000
const pause = 200

/** One session after the other, every tenth of which sends a mail; what became of them. */
async function flow(): Promise<object> {
  const until = performance.now() + Number(count) * 1_000
  const faults: string[] = []
  let done = 0
  let good = performance.now()
  let gap = 0
  for (let at = 0; performance.now() < until; at++) {
    try {
      const said = JSON.stringify(await inTime(at % 10 === 9 ? send(0) : read()))
      if (!/"taken":"250 |EXISTS/.test(said)) throw new Error(said)
      done++
      gap = Math.max(gap, performance.now() - good)
      good = performance.now()
    } catch (error) {
      faults.push(String(error).slice(0, 200))
    }
    await new Promise(then => setTimeout(then, pause))
  }
  // The longest time without a session that went well.
  gap = Math.max(gap, performance.now() - good)
  return { done, failed: faults.length, gap: Math.round(gap), faults: [...new Set(faults)] }
}

function inTime(session: Promise<object>): Promise<object> {
  const late = new Promise<never>((_, fail) => {
    const timer = setTimeout(() => fail(new Error('too slow')), patience)
    void session.then(
      () => clearTimeout(timer),
      () => clearTimeout(timer),
    )
  })
  return Promise.race([session, late])
}

/** Connects again and again until it is shown the certificate of that fingerprint; when that was. */
async function served(): Promise<object> {
  for (;;) {
    const socket = connectTls({ port: 993, ...insecure })
    await once(socket, 'secureConnect')
    const { fingerprint256 } = socket.getPeerCertificate()
    socket.destroy()
    if (fingerprint256 === count) return { at: Date.now() }
    await new Promise(then => setTimeout(then, 20))
  }
}

const commands = { read, send: () => send(Number(count) * 1_000), idle, flow, served }
const command = Object.entries(commands).find(([name]) => name === what)?.[1]
if (!command) throw new Error(`no command ${what}`)
console.log(JSON.stringify(await command()))
process.exit(0)
