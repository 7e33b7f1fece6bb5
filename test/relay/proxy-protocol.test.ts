import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { crc32c } from '../../src/relay/proxy-preface.ts'
import { parseProxyHeader, printProxyV1, printProxyV2 } from '../../src/wire/proxy-header.ts'
import { startAuthServer } from '../support/auth-server.ts'
import { type Authority, makeAuthority } from '../support/certificates.ts'
import { MailClient } from '../support/mail-client.ts'
import { backendFor, relayFor } from '../support/on-relay.ts'

const folder = mkdtempSync(join(tmpdir(), 'postern-proxy-'))
after(() => rmSync(folder, { recursive: true }))
let authority: Authority
let keys = ''
before(async () => {
  authority = await makeAuthority()
  const pair = await authority.issue(['mail.example.com'])
  const file = join(folder, 'pair.pem')
  writeFileSync(file, `${pair.certificate}\n${pair.key}`)
  keys = `ssl_certificate ${file}; ssl_certificate_key ${file};`
})

const client = { address: '192.0.2.7', port: 4711 }
const front = { address: '198.51.100.1', port: 993 }
const v1 = printProxyV1(client, front)
const v2 = printProxyV2(client, front)

const imap = (more: string, listen = '{front} proxy_protocol') =>
  `proxy_pass 127.0.0.1:1; ${keys} ${more} server { listen ${listen}; protocol imap; }`
const trust = 'set_real_ip_from 127.0.0.0/8;'

async function saying(port: number, ...pieces: readonly (Buffer | string)[]): Promise<MailClient> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const found = new MailClient(socket)
  await once(socket, 'connect')
  for (const piece of pieces) {
    socket.write(piece)
    await new Promise(resolve => setImmediate(resolve))
  }
  return found
}

describe('listen proxy_protocol', () => {
  const rows: readonly (readonly [why: string, ...pieces: (Buffer | string)[]])[] = [
    ['version 1', v1],
    ['version 2', v2],
    ['what comes octet by octet', ...[...v1].map(octet => Buffer.of(octet))],
    ['version 2 octet by octet', ...[...v2].map(octet => Buffer.of(octet))],
  ]
  for (const [why, ...pieces] of rows) {
    it(`takes ${why}`, async t => {
      const here = await relayFor(t, imap(trust))
      const found = await saying(here.port('front'), ...pieces)
      assert.equal(await found.line(), '* OK IMAP4 ready')
      assert.equal(await found.ask('a NOOP'), 'a OK completed')
      found.close()
      assert.equal((await here.ended())['client'], '192.0.2.7:4711')
    })
  }

  // nginx looks at the socket only once more when more comes: the client would wait for its timeout.
  it('hears a command that comes in one piece with the header', async t => {
    const here = await relayFor(t, imap(trust))
    const found = await saying(here.port('front'), Buffer.concat([v1, Buffer.from('a NOOP\r\n')]))
    assert.deepEqual(await found.lines(2), ['* OK IMAP4 ready', 'a OK completed'])
    found.close()
  })

  it('begins TLS with what comes in one piece with the header', async t => {
    const here = await relayFor(t, imap(trust, '{front} ssl proxy_protocol'))
    // A load balancer that sends its header and what the client said in one write.
    const balancer = createServer(from => {
      const to = connect({ port: here.port('front'), host: '127.0.0.1' })
      from.once('data', (hello: Buffer) => {
        to.write(Buffer.concat([v2, hello]))
        from.pipe(to)
      })
      to.pipe(from)
      from.on('error', () => to.destroy()).on('close', () => to.destroy())
    })
    balancer.listen(0, '127.0.0.1')
    await once(balancer, 'listening')
    t.after(() => balancer.close())
    const address = balancer.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const tls = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
    await once(tls, 'secureConnect')
    const found = new MailClient(tls)
    assert.equal(await found.line(), '* OK IMAP4 ready')
    found.close()
    assert.equal((await here.ended())['client'], '192.0.2.7:4711')
  })

  it('keeps the peer as the client where it may not speak for others', async t => {
    const here = await relayFor(t, imap('set_real_ip_from 10.0.0.0/8;'))
    const found = await saying(here.port('front'), v1)
    assert.equal(await found.line(), '* OK IMAP4 ready')
    found.close()
    assert.match(String((await here.ended())['client']), /^127\.0\.0\.1:/)
  })

  it('takes UNKNOWN, which says nothing', async t => {
    const here = await relayFor(t, imap(trust))
    const found = await saying(here.port('front'), 'PROXY UNKNOWN\r\n')
    assert.equal(await found.line(), '* OK IMAP4 ready')
    found.close()
    assert.match(String((await here.ended())['client']), /^127\.0\.0\.1:/)
  })

  for (const [why, said, reason] of [
    ['a client that speaks its mail protocol', 'a LOGIN alice secret\r\n', 'no PROXY header'],
    ['a header that is none', 'PROXY TCP4 1.2.3.4\r\n1', 'wrong number of words'],
    ['a version 1 with a bare LF', 'PROXY UNKNOWN\n', 'a line end without a CR'],
    ['a version 1 without an end', `PROXY TCP4 ${'1'.repeat(200)}`, 'no line end'],
  ] as const) {
    it(`ends with ${why}, without a word`, async t => {
      const here = await relayFor(t, imap(trust))
      const found = await saying(here.port('front'), said)
      assert.equal(await found.line(), 'END')
      const record = await here.ended()
      assert.equal(record['failure'], 'protocol')
      assert.equal(record['reason'], `PROXY header: ${reason}`)
    })
  }

  it('gives the header as long as timeout', async t => {
    const here = await relayFor(t, imap(`${trust} timeout 200ms;`))
    const found = await saying(here.port('front'), 'PROXY ')
    assert.equal(await found.line(), 'END')
    const { failure, reason } = await here.ended()
    assert.deepEqual(
      [failure, reason],
      ['timeout', 'PROXY header: the PROXY header did not come in time'],
    )
  })

  it('tells an auth server what the header says, believed or not', async t => {
    const auth = await startAuthServer(() => ({ 'Auth-Status': 'no' }))
    t.after(() => auth.stop())
    const here = await relayFor(
      t,
      `auth_http ${auth.url}; server { listen {front} proxy_protocol; protocol imap; }`,
    )
    const found = await saying(here.port('front'), v1)
    await found.line()
    assert.equal(await found.ask('a LOGIN alice secret'), 'a NO no')
    const [headers = {}] = auth.asked
    assert.deepEqual(
      Object.entries(headers).filter(([name]) => /^proxy-|^client-ip/.test(name)),
      [
        ['client-ip', '127.0.0.1'],
        ['proxy-protocol-addr', '192.0.2.7'],
        ['proxy-protocol-port', '4711'],
        ['proxy-protocol-server-addr', '198.51.100.1'],
        ['proxy-protocol-server-port', '993'],
      ],
    )
  })
})

const accepting = (header: string) => `
  P: ${header}
  B: +OK ready
  P: USER alice
  B: +OK
  P: PASS secret
  B: +OK logged in`

async function logIn(found: MailClient): Promise<string> {
  await found.line()
  await found.ask('USER alice')
  return found.ask('PASS secret')
}

describe('proxy_protocol', () => {
  const pop3 = (port: number, more: string, listen: string) =>
    `proxy_pass 127.0.0.1:${port}; proxy_identity off; ${keys} ${more}
     server { listen ${listen}; protocol pop3; }`

  it('on tells the backend in one line who the client is and where it connected to', async t => {
    const there = await backendFor(t, accepting('/^PROXY TCP4 127.0.0.1 127.0.0.1 \\d+ \\d+$/'))
    const here = await relayFor(t, pop3(there.port, 'proxy_protocol on;', '{front}'))
    const found = await MailClient.open(here.port('front'))
    assert.equal(await logIn(found), '+OK logged in')
    assert.deepEqual(there.surprises, [])
    const { localPort } = found.socket
    assert.match(there.heard[0] ?? '', new RegExp(` ${localPort} ${here.port('front')}$`))
    found.close()
  })

  it('on tells the client of a believed header, and the public port', async t => {
    const there = await backendFor(t, accepting('PROXY TCP4 192.0.2.7 198.51.100.1 4711 993'))
    const here = await relayFor(
      t,
      pop3(there.port, `proxy_protocol on; ${trust}`, '{front} proxy_protocol public=110'),
    )
    const found = await saying(here.port('front'), v1)
    assert.equal(await logIn(found), '+OK logged in')
    found.close()
  })

  it('v2 tells of TLS, too, and ends with a checksum', async t => {
    const header = await secondVersion(t, {})
    const tlvs = Object.fromEntries(header.tlvs.map(({ type, value }) => [type, value]))
    assert.equal(tlvs[0x02]?.toString(), 'mail.example.com')
    assert.equal(tlvs[0x01]?.toString(), 'pop3')
    const ssl = tlvs[0x20] ?? assert.fail()
    assert.equal(ssl[0], 1)
    assert.equal(ssl.readUInt32BE(1), 1)
    assert.match(ssl.toString('latin1'), /TLSv1\.3.*TLS_AES.*ecdsa-with-SHA256.*EC256/s)
    assert.equal(header.tlvs.at(-1)?.type, 0x03)
    const zeroed = Buffer.concat([header.octets.subarray(0, -4), Buffer.alloc(4)])
    assert.equal(header.octets.readUInt32BE(header.octets.length - 4), crc32c(zeroed))
  })

  it("v2 tells of the client's certificate", async t => {
    const ca = join(folder, 'ca.pem')
    writeFileSync(ca, authority.certificate)
    const own = await authority.issue(['alice.example'])
    const { tlvs } = await secondVersion(
      t,
      { cert: own.certificate, key: own.key },
      `ssl_verify_client on; ssl_client_certificate ${ca};`,
    )
    const ssl = tlvs.find(({ type }) => type === 0x20)?.value ?? assert.fail()
    assert.equal(ssl[0], 3)
    assert.equal(ssl.readUInt32BE(1), 0)
    assert.match(ssl.toString('latin1'), /alice\.example/)
  })

  /** The header that a backend got in its first read. */
  async function secondVersion(t: TestContext, options: object, more = '') {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.after(() => server.close())
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const here = await relayFor(t, pop3(port, `proxy_protocol v2; ${more}`, '{front} ssl'))
    const found = await MailClient.openTls(here.port('front'), {
      servername: 'mail.example.com',
      ALPNProtocols: ['pop3'],
      ...options,
    })
    await found.line()
    await found.ask('USER alice')
    found.say('PASS secret\r\n')
    const [socket] = await once(server, 'connection')
    const [octets]: Buffer[] = await once(socket, 'data')
    found.close()
    socket.destroy()
    assert.ok(octets)
    const header = parseProxyHeader(octets)
    assert.ok(header.kind === 'proxied')
    assert.equal(header.length, octets.length)
    const tlvs = header.tlvs.map(({ type, from, to }) => ({
      type,
      value: octets.subarray(from, to),
    }))
    return { octets, tlvs }
  }

  it('its checksum is CRC-32C', () => {
    assert.equal(crc32c(Buffer.from('123456789')), 0xe306_9283)
  })
})
