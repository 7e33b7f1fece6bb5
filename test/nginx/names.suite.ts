/** The names of SMTP clients: with one name server, auth server and backend are told the same by both. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type DnsAnswer, type DnsServer, startDnsServer } from '../support/dns-server.ts'
import { nginxMain } from '../support/nginx.ts'
import { type Dialogue, type Outcome, perform } from '../support/nginx-dialogue.ts'
import { type Pair, type Side, startPair } from '../support/nginx-pair.ts'
import { consent } from './answers.ts'
import { keptOn } from './exceptions.ts'
import { recipients, usualLogin } from './logins.ts'

interface Row {
  /** Finishes "a client …". */
  readonly title: string
  /** What stands behind `Client-Host` and `NAME=`. */
  readonly name: string
  /** What its address leads to. */
  readonly ptr?: DnsAnswer
  /** What `ptr` leads to; `self`: back. */
  readonly a?: DnsAnswer | 'self'
}

const rows: readonly Row[] = [
  { title: 'with a name', name: 'one.example', ptr: ['one.example'], a: 'self' },
  { title: 'without a name', name: '[UNAVAILABLE]' },
  { title: 'whose name does not exist', name: '[UNAVAILABLE]', ptr: ['none.example'] },
  {
    title: 'whose name is of another',
    name: '[UNAVAILABLE]',
    ptr: ['other.example'],
    a: ['192.0.2.1'],
  },
  {
    title: 'whose name is of others and of itself',
    name: 'many.example',
    ptr: ['many.example'],
    a: ['192.0.2.1', 'self'],
  },
  { title: 'whose name servers fail', name: '[TEMPUNAVAIL]', ptr: 'SERVFAIL' },
  {
    title: 'whose name servers fail at the way back',
    name: '[TEMPUNAVAIL]',
    ptr: ['late.example'],
    a: 'SERVFAIL',
  },
]

const addressOf = (row: number): string => `127.9.0.${row + 1}`
const arpaOf = (address: string): string =>
  `PTR ${address.split('.').toReversed().join('.')}.in-addr.arpa`

/** A name that would end the line that it stands in. */
const injecting = { address: '127.9.1.1', name: 'evil\r\nRSET.example' }

function zone(): Readonly<Record<string, DnsAnswer>> {
  const records: Record<string, DnsAnswer> = {
    [arpaOf(injecting.address)]: [injecting.name],
    [`A ${injecting.name.toLowerCase()}`]: [injecting.address],
  }
  for (const [i, { a, ptr }] of rows.entries()) {
    const address = addressOf(i)
    if (ptr !== undefined) records[arpaOf(address)] = ptr
    if (a === undefined || typeof ptr !== 'object') continue
    const found = a === 'self' ? ['self'] : a
    records[`A ${ptr[0]}`] =
      typeof found === 'string' ? found : found.map(one => (one === 'self' ? address : one))
  }
  return records
}

let dns: DnsServer
let pair: Pair
before(async () => {
  dns = await startDnsServer(zone())
  pair = await startPair(`${nginxMain}
mail {
  server_name mail.example.com;
  auth_http 127.0.0.1:{auth}/auth;
  resolver 127.0.0.1:${dns.port} ipv6=off;
  resolver_timeout 5s;
  server { protocol smtp; listen 127.0.0.1:{smtp}; }
  server { protocol smtp; listen 127.0.0.1:{mx}; smtp_auth none; }
}
`)
})
after(async () => {
  await pair?.stop()
  await dns?.stop()
})

async function both(door: 'smtp' | 'mx', from: string): Promise<readonly [Outcome, Outcome]> {
  const lines = door === 'smtp' ? usualLogin.smtp : (recipients[0]?.[1] ?? [])
  const dialogue: Dialogue = {
    ...{ title: '', protocol: 'smtp', door, implicitTls: false, answers: [consent], manners: {} },
    lines: [...lines, 'QUIT'],
  }
  const on = (side: Side) => perform(side, dialogue, 'line by line', from)
  return await Promise.all([on(pair.nginx), on(pair.postern)])
}

suite('names of clients', { concurrency: 4 }, () => {
  for (const [i, { name, title }] of rows.entries()) {
    test(`a client ${title} is ${name} to both`, async () => {
      // One behind the other: the auth server tells them apart by the client's address.
      for (const door of ['smtp', 'mx'] as const) {
        const [nginx, postern] = await both(door, addressOf(i))
        assert.deepEqual(postern, keptOn(nginx))
        assert.ok(`${postern.asked[0]}`.includes(`\r\nClient-Host: ${name}\r\n`))
        assert.ok(postern.backend.includes(` NAME=${name}\r\n`), postern.backend)
      }
    })
  }

  test('a name with CR LF is none to both: Debian has what nginx has from 1.29.7 on', async () => {
    const [nginx, postern] = await both('mx', injecting.address)
    assert.deepEqual(postern, keptOn(nginx))
    assert.match(postern.backend, / NAME=\[TEMPUNAVAIL\]\r$/m)
    assert.match(postern.asked[0] ?? '', /^Client-Host: \[TEMPUNAVAIL\]\r$/m)
  })
})
