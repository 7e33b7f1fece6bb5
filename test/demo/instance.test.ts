import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { openInstance } from '../../src/demo/instance.ts'
import { demoUsers, openStore } from '../../src/demo/store.ts'

const anyPorts = { imap: 0, pop3: 0, submission: 0, mx: 0 }
const now = () => new Date(0)

/** Says everything at once and reads until the server closes. */
async function exchange(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(text, 'latin1')
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk)
  return Buffer.concat(chunks).toString('latin1')
}

async function twoInstances() {
  const store = openStore(demoUsers, 1)
  const first = await openInstance('mail-0.demo', anyPorts, store, now)
  const second = await openInstance('mail-1.demo', anyPorts, store, now)
  const close = async () => void (await Promise.all([first.close(), second.close()]))
  return { first, second, [Symbol.asyncDispose]: close }
}

test('mail that one instance took is read whole at the other', async () => {
  await using instances = await twoInstances()
  const { first, second } = instances
  const body = `.${'x'.repeat(70)}\r\n`.repeat(30_000)
  const stuffed = body.replaceAll(/^\./gm, '..')
  const envelope = 'EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n'
  const taken = await exchange(first.ports.mx, `${envelope}\r\n${stuffed}.\r\nQUIT\r\n`)
  assert.match(taken, /250 2\.0\.0 Ok: queued as mail-0-0001\r\n221/)
  const login = 'USER bob@example.org\r\nPASS secret\r\n'
  const read = await exchange(second.ports.pop3, `${login}RETR 1\r\nQUIT\r\n`)
  assert.match(read, /by mail-0\.demo/)
  assert.ok(read.includes(`\r\n\r\n${stuffed}.\r\n+OK Logging out.\r\n`))
  const imap =
    'a LOGIN bob@example.org secret\r\nb SELECT INBOX\r\nc FETCH 1 BODY[TEXT]\r\nd LOGOUT\r\n'
  const fetched = await exchange(second.ports.imap, imap)
  assert.ok(fetched.includes(`BODY[TEXT] {${body.length}}\r\n${body} FLAGS (\\Seen))\r\n`))
})

test('IDLE at one instance is told of mail that the other took', async () => {
  await using instances = await twoInstances()
  const socket = connect(instances.first.ports.imap, '127.0.0.1')
  socket.write('a LOGIN bob@example.org secret\r\nb SELECT INBOX\r\nc IDLE\r\n')
  const chunks = socket.iterator()
  let heard = ''
  const until = async (wanted: string) => {
    while (!heard.includes(wanted)) heard += String((await chunks.next()).value)
  }
  await until('+ idling\r\n')
  const mail = 'HELO a\r\nMAIL FROM:<>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\nhi\r\n.\r\nQUIT\r\n'
  await exchange(instances.second.ports.mx, mail)
  await until('* 1 EXISTS\r\n')
  socket.destroy()
})

test('a port that is taken is an error that leaves nothing open', async () => {
  await using instances = await twoInstances()
  const store = openStore(demoUsers, 1)
  const { mx } = instances.first.ports
  await assert.rejects(openInstance('mail-2.demo', { ...anyPorts, mx }, store, now), {
    message: "the demo's mail server mail-2.demo could not listen",
  })
})

test('closing ends the connections that are open', async () => {
  const instances = await twoInstances()
  const socket = connect(instances.first.ports.imap, '127.0.0.1')
  await once(socket, 'data')
  const closed = once(socket, 'close')
  await instances[Symbol.asyncDispose]()
  await closed
})
