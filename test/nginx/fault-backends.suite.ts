/** nginx's faults at the login to a backend: each is shown where Debian's version has it, and what we do instead. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { closes } from '../support/nginx-backend.ts'
import { type Pair, startPair } from '../support/nginx-pair.ts'
import { keptOn } from './exceptions.ts'
import { text } from './fault-doors.ts'
import { plainResponse } from './logins.ts'
import { onBoth, type Some, said } from './on-both.ts'

let pair: Pair
before(async () => {
  pair = await startPair(text)
})
after(() => pair?.stop())

const both = (door: string, some: Some) => onBoth(pair, door, some)

suite('backends', { concurrency: 8 }, () => {
  const imap = ['a LOGIN alice secret', 'a1 NOOP', 'z LOGOUT']

  for (const [title, manners] of [
    [
      'one untagged line before OK: nginx takes it from 1.27.3 on',
      '* CAPABILITY IMAP4rev1\r\n{tag} OK in',
    ],
    [
      'several untagged lines before OK: nginx takes one',
      '* CAPABILITY IMAP4rev1\r\n* OK hi\r\n{tag} OK in',
    ],
  ] as const) {
    test(`say ${title}`, async () => {
      const { nginx, postern } = await both('imap', { lines: imap, manners: { password: manners } })
      assert.equal(nginx.client[1], '* BAD internal server error\r\nEND')
      assert.equal(
        said(postern),
        `* OK IMAP4 ready\r\n${manners.replace('{tag}', 'a')}\r\na1 NOOP\r\nz LOGOUT\r\n`,
      )
    })
  }

  test('ask for a literal with a bare plus: nginx waits for more of the line', async () => {
    const { nginx, postern } = await both('imap-short', {
      lines: imap,
      manners: { LOGIN: '+', user: '+' },
    })
    assert.doesNotMatch(nginx.backend, /alice/)
    assert.equal(postern.client[1], 'a OK logged in\r\n')
  })

  for (const [door, lines, manners] of [
    ['imap', imap, { password: '{tag} ok in' }],
    ['pop3', ['USER alice', 'PASS secret', 'STAT'], { PASS: '+ok in' }],
  ] as const) {
    test(`${door}: say ok in small letters: nginx knows only capitals`, async () => {
      const { nginx, postern } = await both(door, { lines, manners, split: 'at once' })
      assert.match(said(nginx), /internal server error/)
      assert.match(said(postern), /ok in\r\n/)
    })
  }

  test('say a reply of two codes: the last counts, nginx takes the first', async () => {
    const { nginx, postern } = await both('smtp', {
      lines: ['EHLO c.test', `AUTH PLAIN ${plainResponse}`, 'QUIT'],
      manners: { EHLO: '250-backend\r\n550 no' },
    })
    assert.match(said(nginx), /^235 2\.0\.0 OK\r$/m)
    assert.match(said(postern), /^451 4\.3\.2 Internal server error\r\nEND$/m)
  })

  test('answer RCPT with what is no reply: nginx passes it on and relays', async () => {
    const { nginx, postern } = await both('smtp-mx', {
      lines: ['MAIL FROM:<a@c.test>', 'RCPT TO:<b@example.com>', 'QUIT'],
      manners: { RCPT: 'yes' },
      split: 'at once',
    })
    assert.match(said(nginx), /^yes\r\n221 2\.0\.0 QUIT\r\n$/m)
    assert.match(said(postern), /^451 4\.3\.2 Internal server error\r\nEND$/m)
  })

  for (const [title, manners] of [
    ['do not know XCLIENT', { XCLIENT: '500 5.5.1 what' }],
    ['do not trust us', { XCLIENT: '550 5.7.0 no' }],
    ['close behind XCLIENT', { XCLIENT: closes }],
  ] as const) {
    test(`that ${title} get no mail of a client that does not log in, from either`, async () => {
      const { nginx, postern } = await both('smtp-mx', {
        lines: ['EHLO c.test', 'MAIL FROM:<a@c.test>', 'RCPT TO:<b@example.com>', 'QUIT'],
        manners,
      })
      assert.deepEqual(postern, keptOn(nginx))
      assert.doesNotMatch(postern.backend, /MAIL/)
      assert.equal(postern.client.at(-1), '451 4.3.2 Internal server error\r\nEND')
    })
  }
})
