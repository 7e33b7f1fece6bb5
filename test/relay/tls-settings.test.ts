import assert from 'node:assert/strict'
import { createPrivateKey } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import { type ConnectionOptions, TLSSocket } from 'node:tls'
import fc from 'fast-check'
import { isDhParameters } from '../../src/relay/dh-parameters.ts'
import {
  type Authority,
  type KeyPair,
  makeAuthority,
  makeRsaPair,
} from '../support/certificates.ts'
import { ffdhe2048 } from '../support/dh-parameters.ts'
import { MailClient } from '../support/mail-client.ts'
import { relayFor } from '../support/on-relay.ts'

const folder = mkdtempSync(join(tmpdir(), 'postern-settings-'))
after(() => rmSync(folder, { recursive: true }))

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name)
  writeFileSync(path, content, { mode: 0o600 })
  return path
}

let authority: Authority
let ecdsa: KeyPair
let rsa: KeyPair
before(async () => {
  authority = await makeAuthority()
  ecdsa = await authority.issue(['mail.example.com'])
  rsa = await makeRsaPair('mail.example.com')
})

const pair = (name: string, { certificate, key }: KeyPair) => {
  const path = file(name, `${certificate}\n${key}`)
  return `ssl_certificate ${path}; ssl_certificate_key ${path};`
}

const inText = ({ certificate, key }: KeyPair) =>
  `ssl_certificate "data:${certificate}"; ssl_certificate_key "data:${key.replaceAll('\n', '\\n')}";`

const listening = (settings: string) =>
  `proxy_pass 127.0.0.1:1; ${settings} server { listen {imap} ssl; protocol imap; }`

/** What a client sees of a handshake that went well. */
async function shake(port: number, options: ConnectionOptions = {}) {
  const client = await MailClient.openTls(port, options)
  assert.equal(await client.line(), '* OK IMAP4 ready')
  const { socket } = client
  assert.ok(socket instanceof TLSSocket)
  const seen = {
    cipher: socket.getCipher().name,
    group: Reflect.get(socket.getEphemeralKeyInfo() ?? {}, 'name'),
    session: socket.getSession(),
    reused: socket.isSessionReused(),
    ticket: socket.getTLSTicket(),
  }
  client.close()
  return seen
}

async function relayWith(t: TestContext, settings: string): Promise<number> {
  return (await relayFor(t, listening(settings))).port('imap')
}

describe('keys', () => {
  const encrypted = (passphrase: string) =>
    createPrivateKey(ecdsa.key)
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase })
      .toString()

  it('that are encrypted open by a line of ssl_password_file', async t => {
    const certificate = file('cert.pem', ecdsa.certificate)
    const key = file('key.pem', encrypted('third word'))
    const passwords = file('words', 'first\r\nsecond\nthird word\n')
    const port = await relayWith(
      t,
      `ssl_certificate ${certificate}; ssl_certificate_key ${key}; ssl_password_file ${passwords};`,
    )
    await shake(port)
  })

  for (const [why, words, reason] of [
    ['without a passphrase', undefined, /key\.pem: the key is encrypted, and nothing in/],
    ['that no passphrase opens', 'wrong\n', /key\.pem: the key is encrypted, and nothing in/],
  ] as const) {
    it(`${why} are refused with their file`, async t => {
      const certificate = file('cert.pem', ecdsa.certificate)
      const key = file('key.pem', encrypted('right'))
      const passwords = words ? `ssl_password_file ${file('words', words)};` : ''
      const keys = `ssl_certificate ${certificate}; ssl_certificate_key ${key}; ${passwords}`
      await assert.rejects(relayFor(t, listening(keys)), reason)
    })
  }

  it('may stand in the text behind data:', async t => {
    await shake(await relayWith(t, inText(ecdsa)))
  })

  it('that stand in the text and cannot be used are refused, and not repeated', async t => {
    const bad = inText({ ...ecdsa, key: '-----BEGIN PRIVATE KEY-----\nSECRET\n' })
    await assert.rejects(relayFor(t, listening(bad)), error => {
      assert.match(String(error), /the PEM behind \\"data:\\": /)
      assert.doesNotMatch(String(error), /SECRET/)
      return true
    })
  })

  it('of two kinds serve each client by the one that it can use', async t => {
    const port = await relayWith(t, pair('rsa.pem', rsa) + pair('ecdsa.pem', ecdsa))
    const kind = async (sigalgs: string) =>
      (await shake(port, { sigalgs, maxVersion: 'TLSv1.2' })).cipher
    assert.match(await kind('ecdsa_secp256r1_sha256'), /^ECDHE-ECDSA-/)
    assert.match(await kind('rsa_pss_rsae_sha256'), /^ECDHE-RSA-/)
  })
})

describe('ciphers and groups', () => {
  const two = 'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384'
  const turned = two.split(':').toReversed().join(':')

  it('stand in the order of the client, or with ssl_prefer_server_ciphers in ours', async t => {
    const chosen = async (settings: string) => {
      const port = await relayWith(t, `${pair('k.pem', ecdsa)} ssl_ciphers ${two}; ${settings}`)
      const seen = await shake(port, { ciphers: turned, maxVersion: 'TLSv1.2' })
      return seen.cipher
    }
    assert.equal(await chosen(''), 'ECDHE-ECDSA-AES256-GCM-SHA384')
    assert.equal(await chosen('ssl_prefer_server_ciphers on;'), 'ECDHE-ECDSA-AES128-GCM-SHA256')
  })

  it('ssl_ecdh_curve says which groups are taken', async t => {
    const port = await relayWith(t, `${pair('k.pem', ecdsa)} ssl_ecdh_curve secp384r1;`)
    const seen = await shake(port, { ecdhCurve: 'auto', maxVersion: 'TLSv1.2' })
    assert.equal(seen.group, 'secp384r1')
    await assert.rejects(shake(port, { ecdhCurve: 'X25519' }))
  })

  it('ssl_dhparam lets clients without curves in', async t => {
    const options = { ciphers: 'DHE-RSA-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' } as const
    const without = await relayWith(t, pair('rsa.pem', rsa))
    await assert.rejects(shake(without, options))
    const parameters = file('dh.pem', ffdhe2048)
    const port = await relayWith(t, `${pair('rsa.pem', rsa)} ssl_dhparam ${parameters};`)
    assert.equal((await shake(port, options)).cipher, 'DHE-RSA-AES128-GCM-SHA256')
  })
})

describe('versions', () => {
  it('between two that are spoken may be left out', async t => {
    const port = await relayWith(
      t,
      `${pair('k.pem', ecdsa)} ssl_protocols TLSv1.1 TLSv1.3; ssl_ciphers ALL:@SECLEVEL=0;`,
    )
    const ciphers = 'ALL:@SECLEVEL=0'
    await assert.rejects(shake(port, { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ciphers }))
    await shake(port, { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers })
    await shake(port)
  })
})

describe('what OpenSSL does not take', () => {
  const rows: readonly (readonly [settings: string, told: RegExp])[] = [
    ['ssl_ciphers FOO;', /ssl_ciphers \\"FOO\\": .*no cipher match/],
    ['ssl_ecdh_curve foo;', /ssl_ecdh_curve \\"foo\\": Failed to set ECDH curve/],
    ['ssl_conf_command CipherString FOO;', /ssl_conf_command CipherString \\"FOO\\": /],
    ['ssl_conf_command Ciphersuites TLS_FOO;', /ssl_conf_command Ciphersuites \\"TLS_FOO\\": /],
    ['ssl_conf_command Groups foo;', /ssl_conf_command Groups \\"foo\\": Failed to set/],
    [
      'ssl_conf_command SignatureAlgorithms foo;',
      /SignatureAlgorithms \\"foo\\": OpenSSL does not know it/,
    ],
  ]
  for (const [settings, told] of rows) {
    it(`is named: ${settings}`, async t => {
      const text = listening(`${pair('k.pem', ecdsa)} ${settings}`)
      await assert.rejects(relayFor(t, text), told)
    })
  }

  it('is named: a key that is not of its certificate', async t => {
    const certificate = file('one.pem', ecdsa.certificate)
    const key = file('another.pem', rsa.key)
    const text = listening(`ssl_certificate ${certificate}; ssl_certificate_key ${key};`)
    await assert.rejects(relayFor(t, text), /another\.pem: key values mismatch with .*one\.pem/)
  })

  for (const [title, content] of [
    ['a certificate', () => ecdsa.certificate],
    ['the other form', () => ffdhe2048.replaceAll('DH PARAMETERS', 'X9.42 DH PARAMETERS')],
    ['half of them', () => ffdhe2048.replace(/\n[^-]*\n-----END/, '\n-----END')],
  ] as const) {
    it(`is named: ${title} in place of DH parameters`, async t => {
      const parameters = file('bad-dh.pem', content())
      const text = listening(`${pair('rsa.pem', rsa)} ssl_dhparam ${parameters};`)
      await assert.rejects(relayFor(t, text), /bad-dh\.pem: holds no \\"DH PARAMETERS\\"/)
    })
  }

  it('is found in any octets without a throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), octets => {
        const base64 = Buffer.from(octets).toString('base64')
        isDhParameters(
          Buffer.from(`-----BEGIN DH PARAMETERS-----\n${base64}-----END DH PARAMETERS-----`),
        )
        assert.equal(isDhParameters(Buffer.from(octets)), false)
      }),
      { numRuns: 200 },
    )
  })
})

describe('renegotiation', () => {
  for (const settings of ['', 'ssl_conf_command Options -NoRenegotiation;']) {
    it(`is refused${settings && ', whatever ssl_conf_command says'}`, async t => {
      const here = await relayFor(t, listening(`${pair('renegotiation.pem', ecdsa)} ${settings}`))
      const client = await MailClient.openTls(here.port('imap'), { maxVersion: 'TLSv1.2' })
      await client.line()
      const { socket } = client
      assert.ok(socket instanceof TLSSocket)
      const outcome = new Promise<string>(resolve => {
        socket.on('error', () => resolve('refused')).on('close', () => resolve('refused'))
        socket.renegotiate({}, error => resolve(error ? 'refused' : 'done'))
      })
      assert.equal(await outcome, 'refused')
      client.close()
    })
  }
})

describe('ssl_conf_command', () => {
  it('goes before the other directives', async t => {
    const port = await relayWith(
      t,
      `${pair('k.pem', ecdsa)} ssl_protocols TLSv1.2 TLSv1.3; ssl_conf_command MinProtocol TLSv1.3;
       ssl_conf_command Ciphersuites TLS_CHACHA20_POLY1305_SHA256;`,
    )
    await assert.rejects(shake(port, { maxVersion: 'TLSv1.2' }))
    assert.equal((await shake(port)).cipher, 'TLS_CHACHA20_POLY1305_SHA256')
  })

  it('Options turns tickets off', async t => {
    const port = await relayWith(
      t,
      `${pair('k.pem', ecdsa)} ssl_conf_command Options -SessionTicket;`,
    )
    const seen = await shake(port, { maxVersion: 'TLSv1.2' })
    assert.equal(seen.ticket, undefined)
  })
})

describe('sessions', () => {
  async function resumed(from: number, to: number): Promise<boolean> {
    const first = await shake(from, { maxVersion: 'TLSv1.2' })
    const session = first.session
    assert.ok(session)
    return (await shake(to, { maxVersion: 'TLSv1.2', session })).reused
  }

  it('are resumed by tickets, and not with ssl_session_tickets off', async t => {
    const on = await relayWith(t, pair('k.pem', ecdsa))
    assert.equal(await resumed(on, on), true)
    const off = await relayWith(t, `${pair('k.pem', ecdsa)} ssl_session_tickets off;`)
    assert.equal(await resumed(off, off), false)
  })

  it('are resumed by another relay where both have the same ticket key', async t => {
    const key = file('ticket.key', Buffer.from(Array.from({ length: 48 }, (_, at) => at)))
    const own = pair('k.pem', ecdsa)
    const [one, two] = [await relayWith(t, own), await relayWith(t, own)]
    assert.equal(await resumed(one, two), false)
    const shared = `${own} ssl_session_ticket_key ${key};`
    const [three, four] = [await relayWith(t, shared), await relayWith(t, shared)]
    assert.equal(await resumed(three, four), true)
  })

  for (const length of [80, 47]) {
    it(`a ticket key of ${length} octets is refused with its file`, async t => {
      const key = file('bad.key', Buffer.alloc(length))
      const settings = `${pair('k.pem', ecdsa)} ssl_session_ticket_key ${key};`
      await assert.rejects(
        relayFor(t, listening(settings)),
        new RegExp(`bad\\.key: has ${length} octets, a ticket key that Node takes has 48`),
      )
    })
  }
})
