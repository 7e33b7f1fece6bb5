/** nginx's faults before and during the login: each is shown where Debian's version has it, and what we do instead. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { headers } from '../support/nginx-auth.ts'
import { type Pair, startPair } from '../support/nginx-pair.ts'
import { consent } from './answers.ts'
import { text } from './fault-doors.ts'
import { plainResponse } from './logins.ts'
import { onBoth, type Some, said } from './on-both.ts'

let pair: Pair
before(async () => {
  pair = await startPair(text)
})
after(() => pair?.stop())

const base64 = (said: string): string => Buffer.from(said, 'latin1').toString('base64')
const denied = headers('Auth-Status: no', 'Auth-Wait: 1')
const both = (door: string, some: Some) => onBoth(pair, door, some)

suite('before the login', { concurrency: 8 }, () => {
  test('an empty literal is empty: nginx takes the CR behind it for a password', async () => {
    const { nginx, postern } = await both('imap', {
      lines: ['a LOGIN alice {0}', '', 'z LOGOUT'],
    })
    assert.match(nginx.asked[0] ?? '', /^Auth-Pass: %0D\r$/m)
    assert.match(postern.asked[0] ?? '', /^Auth-Pass: \r$/m)
  })

  test('a line without a tag gets *: nginx answers with a piece of the tag before', async () => {
    const lines = ['foobar LOGIN alice wrong', '', 'z LOGOUT']
    const { nginx, postern } = await both('imap', { lines, answers: [denied] })
    assert.doesNotMatch(nginx.client[2] ?? '', /^\* BAD/)
    assert.equal(postern.client[2], '* BAD invalid command\r\n')
  })

  test('a bad user name of AUTHENTICATE LOGIN is answered with its tag: nginx has none', async () => {
    const lines = ['a AUTHENTICATE LOGIN', '!!!', 'z LOGOUT']
    const { nginx, postern } = await both('imap', { lines })
    assert.equal(nginx.client[2], 'BAD invalid command\r\n')
    assert.equal(postern.client[2], 'a BAD invalid command\r\n')
  })

  for (const [door, lines, refusal] of [
    ['imap', ['a AUTHENTICATE EXTERNAL YWxpY2U=', 'z LOGOUT'], 'a BAD invalid command\r\n'],
    ['pop3', ['AUTH EXTERNAL YWxpY2U=', 'QUIT'], '-ERR invalid command\r\n'],
    ['smtp', ['AUTH EXTERNAL YWxpY2U=', 'QUIT'], '500 5.5.1 Invalid command\r\n'],
  ] as const) {
    test(`${door}: EXTERNAL that is off is off: nginx takes it with an initial response`, async () => {
      const { nginx, postern } = await both(door, { lines })
      assert.match(nginx.asked[0] ?? '', /^Auth-Method: external\r$/m)
      assert.deepEqual(postern.asked, [])
      assert.equal(postern.client[1], refusal)
    })
  }

  test('starttls only covers MAIL: nginx carries mail in clear text', async () => {
    const lines = ['EHLO c.test', 'MAIL FROM:<a@c.test>', 'RCPT TO:<b@example.com>', 'QUIT']
    const { nginx, postern } = await both('smtp-mx-only', { lines })
    assert.match(nginx.backend, /^RCPT TO:<b@example.com>\r$/m)
    assert.equal(postern.client[2], '530 5.7.0 Must issue a STARTTLS command first\r\n')
    assert.equal(postern.client[3], '530 5.7.0 Must issue a STARTTLS command first\r\n')
    assert.equal(postern.backend, '')
  })

  test('a literal is not asked for where its login would be refused', async () => {
    const lines = ['a LOGIN alice {6}', 'secret', 'z LOGOUT']
    const { nginx, postern } = await both('imap-only', { lines })
    assert.equal(nginx.client[1], '+ OK\r\n')
    assert.equal(postern.client[1], 'a BAD invalid command\r\n')
  })

  test('a literal that does not fit the buffer is not asked for: nginx asks, and closes amid it', async () => {
    const lines = ['a LOGIN {5000}', 'z LOGOUT']
    const { nginx, postern } = await both('imap-short', { lines })
    assert.match(nginx.client[1] ?? '', /^\+ OK\r\n/)
    assert.equal(postern.client[1], 'a BAD invalid command\r\n')
    assert.equal(postern.client[2], '* BYE\r\nz OK completed\r\nEND')
  })

  test('a string that is not closed is none: nginx takes the end of the line for its end', async () => {
    const lines = ['a LOGIN alice "secret', 'z LOGOUT']
    const { nginx, postern } = await both('imap', { lines })
    assert.match(nginx.asked[0] ?? '', /^Auth-Pass: secret\r$/m)
    assert.equal(postern.client[1], 'a BAD invalid command\r\n')
    assert.deepEqual(postern.asked, [])
  })

  test('commands may cross the border of a buffer: nginx loses them, and the replies before', async () => {
    const lines = [...Array.from({ length: 40 }, () => 'NOOP'), 'QUIT']
    const { nginx, postern } = await both('pop3', { lines, split: 'at once' })
    assert.ok(said(nginx).split('+OK\r\n').length < 41, said(nginx))
    assert.equal(said(postern), `+OK POP3 ready\r\n${'+OK\r\n'.repeat(41)}END`)
  })

  test('so may those of IMAP: nginx answers no more than fit its buffer', async () => {
    const lines = [...Array.from({ length: 800 }, () => 'a NOOP'), 'z LOGOUT']
    const { nginx, postern } = await both('imap-short', { lines, split: 'at once' })
    assert.ok(said(nginx).split('a OK completed\r\n').length < 801)
    assert.ok(
      said(postern).endsWith(`${'a OK completed\r\n'.repeat(800)}* BYE\r\nz OK completed\r\nEND`),
    )
  })

  test('a POP3 password may be longer than 113 octets: nginx has 128 for the line', async () => {
    const password = 'p'.repeat(200)
    const { nginx, postern } = await both('pop3', {
      lines: ['USER alice', `PASS ${password}`, 'QUIT'],
    })
    assert.equal(nginx.client[2], '-ERR invalid command\r\nEND')
    assert.equal(postern.client[2], '+OK logged in\r\n')
  })

  test('what follows a MAIL that needs a login is answered: nginx forgets it', async () => {
    const lines = ['MAIL FROM:<a@c.test>', 'QUIT']
    const { nginx, postern } = await both('smtp-short', { lines, split: 'at once' })
    assert.doesNotMatch(said(nginx), /221/)
    assert.match(said(postern), /^221 2\.0\.0 Bye\r\nEND/m)
  })

  for (const [door, words] of [
    ['imap-short', '* BYE Not logged in within the time allowed\r\n'],
    ['pop3-short', '-ERR Not logged in within the time allowed\r\n'],
    ['smtp-short', '421 4.4.2 Timeout exceeded\r\n'],
  ] as const) {
    test(`${door}: a client that takes too long is told: nginx closes without a word`, async () => {
      const { nginx, postern } = await both(door, { lines: ['NOOP\n.'] })
      assert.match(said(nginx), /(ready|OK|completed|command)\r\nEND$/)
      assert.ok(said(postern).endsWith(`${words}END`), said(postern))
    })
  }

  test('the last reply arrives although the client went on: nginx resets the connection', async () => {
    const lines = [
      ...Array.from({ length: 5 }, () => 'x'),
      ...Array.from({ length: 99 }, () => 'y'),
    ]
    const { postern } = await both('imap', { lines, split: 'command by command' })
    assert.equal(said(postern).split('* BAD invalid command\r\n').length, 6)
    assert.ok(said(postern).endsWith('END'))
  })
})

suite('the auth server', { concurrency: 8 }, () => {
  test('WAIT is forgotten once it was waited for: nginx asks for ever', async () => {
    const wait = headers('Auth-Status: WAIT')
    const { nginx, postern } = await both('imap', {
      lines: ['a LOGIN alice secret', 'z LOGOUT'],
      answers: [wait, consent, consent, consent, consent, { do: 'close' }],
    })
    assert.equal(nginx.asked.length, 6)
    assert.equal(nginx.backend, '')
    assert.equal(postern.asked.length, 2)
    assert.equal(postern.client[1], 'a OK logged in\r\n')
  })

  test('may say more than 1,024 octets: nginx does not read on', async () => {
    const long = headers(
      `X-Long: ${'x'.repeat(2000)}`,
      'Auth-Status: OK',
      'Auth-Server: 127.0.0.1',
      'Auth-Port: {port}',
    )
    const { nginx, postern } = await both('imap-short', {
      lines: ['a LOGIN alice secret', 'z LOGOUT'],
      answers: [long],
    })
    assert.equal(nginx.backend, '')
    assert.equal(postern.client[1], 'a OK logged in\r\n')
  })
})

suite('credentials', { concurrency: 8 }, () => {
  for (const [octets, name] of [
    ['\r\n', 'CR LF'],
    ['\n', 'LF'],
  ] as const) {
    test(`POP3: ${name} in a user name is refused: nginx lets the client command the backend`, async () => {
      const { nginx, postern } = await both('pop3', {
        lines: [`AUTH PLAIN ${base64(`\0alice${octets}DELE 1\0secret`)}`, 'QUIT'],
      })
      assert.match(nginx.backend, /^DELE 1\r$/m)
      assert.equal(postern.backend, '')
      assert.deepEqual(postern.asked, [])
      assert.equal(postern.client[1], '-ERR [AUTH] Authentication failed\r\n')
    })
  }

  test('POP3: CR LF in a password is refused: nginx says both lines to the backend', async () => {
    const { nginx, postern } = await both('pop3', {
      lines: [`AUTH PLAIN ${base64('\0alice\0secret\r\nDELE 1')}`, 'QUIT'],
    })
    assert.match(nginx.backend, /^DELE 1\r$/m)
    assert.equal(postern.backend, '')
  })

  test('SMTP: CR LF in a user name is refused: before 1.29.2 nginx says it in XCLIENT', async () => {
    const { nginx, postern } = await both('smtp', {
      lines: ['EHLO c.test', `AUTH PLAIN ${base64('\0alice\r\nRSET\0secret')}`, 'QUIT'],
    })
    assert.match(nginx.backend, /^RSET/m)
    assert.equal(postern.backend, '')
    assert.equal(postern.client[2], '535 5.7.8 Authentication credentials invalid\r\n')
  })

  test('NUL in what an auth server puts in their place is refused: nginx passes it on', async () => {
    const { nginx, postern } = await both('pop3', {
      lines: [`AUTH PLAIN ${plainResponse}`, 'QUIT'],
      answers: [
        headers(
          'Auth-Status: OK',
          'Auth-User: al\0ice',
          'Auth-Server: 127.0.0.1',
          'Auth-Port: {port}',
        ),
      ],
    })
    assert.match(nginx.backend, /^USER al\0ice\r$/m)
    assert.equal(postern.backend, '')
    assert.equal(postern.client[1], '-ERR internal server error\r\nEND')
  })
})
