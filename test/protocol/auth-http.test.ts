import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Asking, asker, type Question } from '../../src/protocol/auth-http.ts'
import { type LegLook, leg } from '../support/leg.ts'

function asked(look: LegLook, question: Partial<Question & Asking> = {}): string {
  const { attempt, client } = leg(look)
  const whole: Question & Asking = {
    host: 'auth.example',
    uri: '/mail',
    version: '1.0',
    keeps: false,
    protocol: 'imap',
    attempt,
    number: 1,
    client,
    headers: [],
    ...question,
  }
  return asker(whole)(whole).toString('latin1')
}

function text(...lines: readonly string[]): string {
  return [...lines, '', ''].join('\r\n')
}

test('asks in nginx’s order', () => {
  assert.equal(
    asked({}),
    text(
      'GET /mail HTTP/1.0',
      'Host: auth.example',
      'Auth-Method: plain',
      'Auth-User: alice',
      'Auth-Pass: secret',
      'Auth-Protocol: imap',
      'Auth-Login-Attempt: 1',
      'Client-IP: 198.51.100.7',
    ),
  )
})

test('tells LOGIN as plain, and a digest with its salt', () => {
  assert.match(asked({ attempt: { mechanism: 'login' } }), /\r\nAuth-Method: plain\r\n/)
  assert.match(
    asked({ attempt: { mechanism: 'cram-md5', salt: '<1.2@mail.example.com>' } }),
    /Auth-Method: cram-md5\r\nAuth-User: alice\r\nAuth-Pass: secret\r\nAuth-Salt: <1.2@mail.example.com>\r\nAuth-Protocol/,
  )
})

test('tells everything that is known of an SMTP client', () => {
  const attempt = {
    mechanism: 'none',
    login: Buffer.alloc(0),
    password: Buffer.alloc(0),
    greeted: { verb: 'EHLO', name: 'client.example' },
    mail: Buffer.from('MAIL FROM:<a@b>  SIZE=10'),
    rcpt: Buffer.from('RCPT TO:<c@d>'),
  } as const
  const told = asked(
    {
      attempt,
      client: {
        name: '[TEMPUNAVAIL]',
        proxied: {
          source: { address: '192.0.2.1', port: 1 },
          destination: { address: '192.0.2.2', port: 25 },
        },
      },
    },
    {
      protocol: 'smtp',
      number: 3,
      tls: {
        protocol: 'TLSv1.3',
        cipher: 'TLS_AES_256_GCM_SHA384',
        verify: '',
        certificate: 'a b\n',
      },
      headers: [['X-Auth-Key', 'k e%y']],
    },
  )
  assert.equal(
    told,
    text(
      'GET /mail HTTP/1.0',
      'Host: auth.example',
      'Auth-Method: none',
      'Auth-User: ',
      'Auth-Pass: ',
      'Auth-Protocol: smtp',
      'Auth-Login-Attempt: 3',
      'Client-IP: 198.51.100.7',
      'Client-Host: [TEMPUNAVAIL]',
      'Proxy-Protocol-Addr: 192.0.2.1',
      'Proxy-Protocol-Port: 1',
      'Proxy-Protocol-Server-Addr: 192.0.2.2',
      'Proxy-Protocol-Server-Port: 25',
      'Auth-SMTP-Helo: client.example',
      'Auth-SMTP-From: MAIL FROM:<a@b>  SIZE=10',
      'Auth-SMTP-To: RCPT TO:<c@d>',
      'Auth-SSL: on',
      'Auth-SSL-Protocol: TLSv1.3',
      'Auth-SSL-Cipher: TLS_AES_256_GCM_SHA384',
      'Auth-SSL-Cert: a%20b%0A',
      'X-Auth-Key: k e%y',
    ),
  )
})

test('says behind all headers whether the connection is to stay, where the version says otherwise', () => {
  const own = ['X-Key', 'a'] as const
  const rows = [
    [{ version: '1.0', keeps: false }, 'GET /mail HTTP/1.0', 'X-Key: a'],
    [{ version: '1.0', keeps: true }, 'GET /mail HTTP/1.0', 'X-Key: a', 'Connection: keep-alive'],
    [{ version: '1.1', keeps: true }, 'GET /mail HTTP/1.1', 'X-Key: a'],
    [{ version: '1.1', keeps: false }, 'GET /mail HTTP/1.1', 'X-Key: a', 'Connection: close'],
  ] as const
  for (const [how, first, ...last] of rows) {
    const lines = asked({}, { ...how, headers: [own] }).split('\r\n')
    assert.deepEqual([lines[0], ...lines.slice(8)], [first, ...last, '', ''])
  }
  const said = asked({}, { keeps: true, headers: [['connection', 'close']] })
  assert.match(said, /Client-IP: 198\.51\.100\.7\r\nconnection: close\r\n\r\n$/)
})

test('escapes what nginx escapes, and nothing else', () => {
  const login = Buffer.from('a b%c\r\n\0\t+="\x7f\xff', 'latin1')
  assert.match(
    asked({ attempt: { login } }),
    /\r\nAuth-User: a%20b%25c%0D%0A%00%09\+="\x7f\xff\r\n/,
  )
})

test('no client’s octets make a header or end the request', () => {
  const octets = fc.uint8Array({ maxLength: 60 }).map(bytes => Buffer.from(bytes))
  fc.assert(
    fc.property(octets, octets, octets, octets, (login, password, helo, mail) => {
      const name = helo.toString('latin1')
      const greeted = { verb: 'HELO', name } as const
      const attempt = { mechanism: 'none', login, password, greeted, mail, rcpt: mail } as const
      const lines = asked({ attempt, client: { name } }, { protocol: 'smtp' }).split(/[\r\n\0]+/)
      const names = lines.map(line => line.split(':')[0])
      assert.deepEqual(names, [
        'GET /mail HTTP/1.0',
        'Host',
        'Auth-Method',
        'Auth-User',
        'Auth-Pass',
        'Auth-Protocol',
        'Auth-Login-Attempt',
        'Client-IP',
        'Client-Host',
        'Auth-SMTP-Helo',
        'Auth-SMTP-From',
        'Auth-SMTP-To',
        '',
      ])
    }),
    { numRuns: 200 },
  )
})
