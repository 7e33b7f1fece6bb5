/** PROXY headers that clients' balancers send, of both versions, whole and in one packet: both tell the same client. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { printProxyLocal, printProxyV1, printProxyV2 } from '../../src/wire/proxy-header.ts'
import { MailClient } from '../support/mail-client.ts'
import { nginxMain } from '../support/nginx.ts'
import { startRecordingBackend } from '../support/nginx-backend.ts'
import { freshAddress } from '../support/nginx-dialogue.ts'
import { type Pair, type Side, startPair } from '../support/nginx-pair.ts'
import { consent } from './answers.ts'
import { keptOn } from './exceptions.ts'
import { usualLogin } from './logins.ts'

const text = `${nginxMain}
mail {
  server_name mail.example.com;
  auth_http 127.0.0.1:{auth}/auth;
  timeout 5s;
  server {
    protocol smtp; listen 127.0.0.1:{trusting} proxy_protocol; set_real_ip_from 127.0.0.0/8;
  }
  server {
    protocol smtp; listen 127.0.0.1:{untrusting} proxy_protocol;
    set_real_ip_from 192.0.2.0/24; set_real_ip_from unix:;
  }
  server {
    protocol smtp; listen 127.0.0.1:{mixed} proxy_protocol;
    set_real_ip_from 10.0.0.0/8; set_real_ip_from 127.0.0.0/9; set_real_ip_from ::1;
  }
}
`

let pair: Pair
before(async () => {
  pair = await startPair(text)
})
after(() => pair?.stop())

const four = {
  source: { address: '203.0.113.7', port: 4711 },
  destination: { address: '198.51.100.1', port: 25 },
}
const six = {
  source: { address: '2001:db8::7', port: 4711 },
  destination: { address: '2001:db8::25', port: 25 },
}
/** Within 107 octets, which is all that nginx reads before 1.23.2. */
const tlvs = [
  { type: 0x02, value: Buffer.from('mail.example.com') },
  { type: 0xee, value: Buffer.alloc(9) },
]

/** Version 2 with another command, family or length than it should have. */
function spoiled(at: number, octet: number): Buffer {
  const header = printProxyV2(four.source, four.destination)
  header[at] = octet
  return header
}

/** `from`: who the client is to a server that believes the header; `undefined`: nobody is let in. */
const rows: readonly (readonly [title: string, header: Buffer, from: string | undefined])[] = [
  ['version 1', printProxyV1(four.source, four.destination), four.source.address],
  ['version 1 of IPv6', printProxyV1(six.source, six.destination), six.source.address],
  ['version 1, UNKNOWN', Buffer.from('PROXY UNKNOWN\r\n'), '127.0.0.1'],
  ['version 1, UNKNOWN with more', Buffer.from('PROXY UNKNOWN a b 1 2\r\n'), '127.0.0.1'],
  ['version 1, TCP5', Buffer.from('PROXY TCP5 1.2.3.4 1.2.3.5 1 2\r\n'), undefined],
  ['version 1 without ports', Buffer.from('PROXY TCP4 1.2.3.4 1.2.3.5\r\n'), undefined],
  [
    'version 1 with a port too many',
    Buffer.from('PROXY TCP4 1.2.3.4 1.2.3.5 1 65536\r\n'),
    undefined,
  ],
  ['version 1 with a name', Buffer.from('PROXY TCP4 a.example 1.2.3.5 1 2\r\n'), undefined],
  ['version 2', printProxyV2(four.source, four.destination), four.source.address],
  ['version 2 of IPv6', printProxyV2(six.source, six.destination), six.source.address],
  ['version 2 with TLVs', printProxyV2(four.source, four.destination, tlvs), four.source.address],
  [
    'version 2 of IPv6 with TLVs',
    printProxyV2(six.source, six.destination, tlvs),
    six.source.address,
  ],
  ['version 2, LOCAL', printProxyLocal(), '127.0.0.1'],
  ['version 2, a third version', spoiled(12, 0x31), undefined],
  ['version 2, no family', spoiled(13, 0x00), '127.0.0.1'],
  ['version 2, too short for its addresses', spoiled(15, 4), undefined],
  ['no header', Buffer.from('EHLO client.test\r\n'), undefined],
]

interface Heard {
  readonly client: readonly string[]
  readonly asked: readonly string[]
  readonly backend: string
}

/** What all hear of a client that says a header and logs in; ports that are a side's own are words. */
async function visit(
  side: Side,
  door: string,
  header: Buffer,
  keys: readonly string[],
): Promise<Heard> {
  const backend = await startRecordingBackend('smtp', {})
  const asked = keys.map(key => side.auth.judge(key, { answers: [consent], port: backend.port }))
  const client = await MailClient.open(side.port(door), keys[0])
  client.socket.write(header)
  const heard: string[] = []
  for (const line of ['', ...usualLogin.smtp]) {
    if (line !== '') client.say(`${line}\r\n`)
    do heard.push(await client.line())
    while (/^\d{3}-/.test(heard.at(-1) ?? ''))
    if (heard.at(-1) === 'END') break
  }
  client.close()
  await backend.close()
  return { client: heard, asked: asked.flat(), backend: backend.heard() }
}

suite('PROXY headers', () => {
  for (const door of ['trusting', 'untrusting', 'mixed']) {
    for (const [title, header, from] of rows) {
      test(`${door}: ${title} is the same to both`, async () => {
        // The balancer's own address tells the visits apart, where it is the client's.
        const keys = [freshAddress(), ...(from === undefined ? [] : [from])]
        const [nginx, postern] = [
          await visit(pair.nginx, door, header, keys),
          await visit(pair.postern, door, header, keys),
        ]
        assert.deepEqual(postern, keptOn(nginx))
        assert.equal(postern.client[0] === 'END', from === undefined)
      })
    }
  }

  for (const [title, header] of [
    ['command', spoiled(12, 0x22)],
    ['family', spoiled(13, 0x41)],
  ] as const) {
    test(`an unknown ${title} of version 2 ends the session, as its text says: nginx goes on`, async () => {
      const keys = [freshAddress()]
      const nginx = await visit(pair.nginx, 'untrusting', header, keys)
      const postern = await visit(pair.postern, 'untrusting', header, keys)
      assert.match(nginx.client[0] ?? '', /^220 /)
      assert.deepEqual(postern.client, ['END'])
    })
  }
})
