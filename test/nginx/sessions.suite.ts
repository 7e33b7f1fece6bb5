/** What sessions look like on the wire and over time: PROXY headers, clients that leave, backends that push. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { after, before, suite, type TestContext, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { MailClient } from '../support/mail-client.ts'
import { headers } from '../support/nginx-auth.ts'
import { startRecordingBackend } from '../support/nginx-backend.ts'
import { freshAddress } from '../support/nginx-dialogue.ts'
import { type Pair, type Side, type SideName, startPair } from '../support/nginx-pair.ts'
import { eventually } from '../support/programs.ts'
import { consent } from './answers.ts'
import { keptOn } from './exceptions.ts'
import { text } from './fault-doors.ts'
import { usualLogin } from './logins.ts'

let pair: Pair
before(async () => {
  pair = await startPair(text)
})
after(() => pair?.stop())

/** Long enough to be two packets, short enough to be within every deadline. */
const gap = 150

async function onBoth<T>(look: (side: Side) => Promise<T>): Promise<Readonly<Record<SideName, T>>> {
  const [nginx, postern] = await Promise.all([look(pair.nginx), look(pair.postern)])
  return { nginx, postern }
}

/** All that a client hears that sends these pieces, one behind the other. */
async function hears(port: number, ...pieces: readonly string[]): Promise<string> {
  const client = await MailClient.open(port)
  for (const [i, piece] of pieces.entries()) {
    if (i > 0) await pause(gap)
    client.say(piece)
  }
  return await client.rest()
}

suite('PROXY headers', { concurrency: 8 }, () => {
  test('may come in pieces: nginx takes the first piece for all of it', async () => {
    const pieces = ['PROXY TCP4 192.0', '.2.7 127.0.0.1 4000 110\r\n', 'QUIT\r\n']
    const { nginx, postern } = await onBoth(side => hears(side.port('pop3-proxied'), ...pieces))
    assert.equal(nginx, '')
    assert.equal(postern, '+OK POP3 ready\r\n+OK\r\n')
  })

  test('ends its line with CRLF: neither takes a bare LF', async () => {
    const header = 'PROXY TCP4 192.0.2.7 198.51.100.2 40000 110\n'
    const { nginx, postern } = await onBoth(side => hears(side.port('pop3-proxied'), header))
    assert.equal(nginx, '')
    assert.equal(postern, '')
  })

  test('may bring commands along: nginx hears them when more comes', async () => {
    const piece = 'PROXY TCP4 192.0.2.7 127.0.0.1 4000 110\r\nQUIT\r\n'
    const { nginx, postern } = await onBoth(side => hears(side.port('pop3-proxied'), piece))
    assert.equal(nginx, '+OK POP3 ready\r\n')
    assert.equal(postern, '+OK POP3 ready\r\n+OK\r\n')
  })

  test('that are none end the session without a word, in both', async () => {
    const { nginx, postern } = await onBoth(side => hears(side.port('pop3-proxied'), 'QUIT\r\n'))
    assert.equal(nginx, '')
    assert.equal(postern, '')
  })

  for (const door of ['pop3-proxied', 'imap-proxied', 'smtp-proxied', 'smtp-untrusting']) {
    test(`${door}: auth server and backend are told the same client by both`, async t => {
      const { nginx, postern } = await onBoth(side => proxiedLogin(t, side, door))
      assert.match(nginx.backend, /^PROXY TCP4 \S+ 127\.0\.0\.1 \S+ PORT\r$/m)
      // Postern says where the client dialled; nginx a client from one network and a server from another.
      const dialled = nginx.backend.replace('127.0.0.1 4000 PORT', '198.51.100.1 4000 2500')
      assert.deepEqual(postern, { ...keptOn(nginx), backend: dialled })
    })
  }
})

/** What auth server and backend hear of a client behind a PROXY header; `PORT` are the sides' own. */
async function proxiedLogin(t: TestContext, side: Side, door: string) {
  const protocol = door.startsWith('pop3') ? 'pop3' : door.startsWith('imap') ? 'imap' : 'smtp'
  const backend = await startRecordingBackend(protocol, {})
  t.after(() => backend.close())
  const address =
    door === 'smtp-untrusting' ? '127.0.0.1' : `192.0.2.${10 + (door.charCodeAt(0) % 90)}`
  const asked = side.auth.judge(address, { answers: [consent], port: backend.port })
  const client = await MailClient.open(side.port(door))
  client.say(`PROXY TCP4 192.0.2.${10 + (door.charCodeAt(0) % 90)} 198.51.100.1 4000 2500\r\n`)
  const lines = ['', ...usualLogin[protocol], 'NOOP']
  for (const line of lines) {
    if (line !== '') client.say(`${line}\r\n`)
    for (let heard = await client.line(); /^\d{3}-/.test(heard); ) heard = await client.line()
  }
  const port = `${client.socket.localPort}`
  client.close()
  return {
    asked: [...asked],
    backend: backend
      .heard()
      .replaceAll(port, 'CLIENT')
      .replaceAll(`${side.port(door)}`, 'PORT'),
  }
}

suite('clients of IPv6', () => {
  test('are told by both in the same words', async t => {
    const { nginx, postern } = await onBoth(async side => {
      const backend = await startRecordingBackend('smtp', {})
      t.after(() => backend.close())
      const asked = side.auth.judge('::1', { answers: [consent], port: backend.port })
      const client = new MailClient(connect(side.port('smtp-v6'), '::1'))
      await client.line()
      for (const line of usualLogin.smtp) {
        let heard = await client.ask(line)
        while (/^\d{3}-/.test(heard)) heard = await client.line()
      }
      client.close()
      return { asked: [...asked], backend: backend.heard() }
    })
    assert.deepEqual(postern, keptOn(nginx))
    assert.match(postern.backend, /^XCLIENT ADDR=IPV6:::1 LOGIN=alice NAME=\[UNAVAILABLE\]\r$/m)
  })
})

suite('an address beside every address of its port', () => {
  test('gets its own connections, through one socket, in both', async () => {
    const asks = async (side: Side, host: string) => {
      const client = new MailClient(connect(side.port('imap-every'), host))
      await client.line()
      const said = await client.ask('a CAPABILITY')
      client.close()
      return said
    }
    const { nginx, postern } = await onBoth(side =>
      Promise.all(['127.0.0.1', '127.0.0.2', '127.0.0.3'].map(host => asks(side, host))),
    )
    assert.deepEqual(postern, nginx)
    assert.deepEqual(
      postern.map(said => said.split(' ')[2]),
      ['EVERY', 'ONE', 'EVERY'],
    )
  })
})

suite('smtp_greeting_delay', () => {
  test('turns away who speaks before the greeting, in both', async () => {
    const { nginx, postern } = await onBoth(side => hears(side.port('smtp-delayed'), 'EHLO x\r\n'))
    assert.equal(postern, nginx)
    assert.equal(postern, '503 5.5.0 Improper use of SMTP command pipelining\r\n')
  })
})

suite('clients that leave', { concurrency: 8 }, () => {
  test('are no longer spoken for: nginx logs them in at the backend all the same', async t => {
    const { nginx, postern } = await onBoth(async side => {
      const backend = await startRecordingBackend('imap', {})
      t.after(() => backend.close())
      const from = freshAddress()
      const { promise, resolve } = Promise.withResolvers<void>()
      const late = headers(...['Auth-Status: OK', 'Auth-Server: 127.0.0.1', 'Auth-Port: {port}'])
      const answers = ['say' in late ? { ...late, when: promise } : late]
      const asked = side.auth.judge(from, { answers, port: backend.port })
      const client = await MailClient.open(side.port('imap'), from)
      await client.line()
      client.say('a LOGIN alice secret\r\n')
      await eventually('the question', () => asked.length > 0)
      client.close()
      await pause(gap)
      resolve()
      const record = (line: string) => line.includes(`"${from}:`) && line.includes('session ended')
      await eventually('the end', () =>
        side.name === 'nginx'
          ? backend.heard().includes('secret')
          : side.program.output().split('\n').some(record),
      )
      return backend.heard()
    })
    assert.match(nginx, /^alice \{6\}\r\nsecret\r$/m)
    assert.equal(postern, '')
  })
})

suite('clients that end their half', () => {
  test('hear what they asked for: nginx ends both', async t => {
    const { nginx, postern } = await onBoth(async side => {
      const port = await late(t)
      const from = freshAddress()
      side.auth.judge(from, { answers: [consent], port })
      const client = await MailClient.open(side.port('pop3'), from)
      await client.line()
      await client.ask('USER alice')
      await client.ask('PASS secret')
      client.socket.end('STAT\r\n')
      return await client.rest()
    })
    assert.equal(nginx, '')
    assert.equal(postern, '+OK late\r\n')
  })
})

/** A POP3 backend that answers a command behind the login when the other end has long ended. */
async function late(t: TestContext): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, socket => {
    socket.on('error', () => {})
    socket.write('+OK ready\r\n')
    socket.on('data', chunk => {
      if (!chunk.toString().startsWith('STAT')) socket.write('+OK\r\n')
      else setTimeout(() => socket.writable && socket.end('+OK late\r\n'), gap)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

suite('Auth-Wait', () => {
  test('holds a refusal back for its seconds, in both', async () => {
    const { nginx, postern } = await onBoth(async side => {
      const from = freshAddress()
      side.auth.judge(from, { answers: [headers('Auth-Status: no', 'Auth-Wait: 1')], port: 0 })
      const client = await MailClient.open(side.port('imap'), from)
      await client.line()
      const began = performance.now()
      assert.equal(await client.ask('a LOGIN alice wrong'), 'a NO no')
      client.close()
      return performance.now() - began
    })
    // Timers of a millisecond's grain.
    assert.ok(nginx > 990 && postern > 990, `${nginx} and ${postern} ms`)
  })
})

suite('proxy_timeout', { concurrency: 8 }, () => {
  test('begins anew with what a backend pushes: nginx ends a client that only listens', async t => {
    const pushes = 12
    const { nginx, postern } = await onBoth(async side => {
      const port = await pushing(t, pushes)
      const from = freshAddress()
      side.auth.judge(from, { answers: [consent], port })
      const client = await MailClient.open(side.port('pop3-pushed'), from)
      await client.ask('USER alice')
      client.say('PASS secret\r\n')
      return (await client.rest()).split('tick\r\n').length - 1
    })
    assert.ok(nginx < pushes, `${nginx}`)
    assert.equal(postern, pushes)
  })
})

/** A POP3 backend that says a line every 300 ms once it is logged in to, and ends behind the last. */
async function pushing(t: TestContext, pushes: number): Promise<number> {
  const server = createServer(socket => {
    socket.on('error', () => {})
    socket.write('+OK ready\r\n')
    socket.on('data', chunk => {
      socket.write('+OK\r\n')
      if (!chunk.toString().startsWith('PASS')) return
      let pushed = 0
      const ticks = setInterval(() => {
        pushed++
        if (socket.writable) socket.write('tick\r\n')
        if (pushed < pushes) return
        clearInterval(ticks)
        socket.end()
      }, 300)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
