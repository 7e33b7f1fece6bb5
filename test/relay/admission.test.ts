import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { printProxyV1 } from '../../src/wire/proxy-header.ts'
import { MailClient } from '../support/mail-client.ts'
import { relayFor } from '../support/on-relay.ts'

const imap = (rules: string, listen: string) =>
  `proxy_pass 127.0.0.1:1; ${rules} server { listen ${listen}; protocol imap; }`

describe('allow and deny', () => {
  for (const [why, rules, line] of [
    ['the first that fits decides', 'allow 127.0.0.0/8; deny all;', '* OK IMAP4 ready'],
    [
      'a denied client hears so in place of a greeting',
      'allow 10.0.0.0/8; deny all;',
      '* BYE Access denied',
    ],
    ['whom none of them fits is taken', 'deny 10.0.0.0/8;', '* OK IMAP4 ready'],
  ] as const) {
    it(why, async t => {
      const here = await relayFor(t, imap(rules, '{front}'))
      const found = await MailClient.open(here.port('front'))
      assert.equal(await found.line(), line)
      found.close()
      assert.equal((await here.ended())['reason'], line.startsWith('* BYE') ? 'access' : undefined)
    })
  }

  it('are about the client that a believed PROXY header names', async t => {
    const rules = 'set_real_ip_from 127.0.0.0/8; deny 192.0.2.0/24;'
    const here = await relayFor(t, imap(rules, '{front} proxy_protocol'))
    const found = await MailClient.open(here.port('front'))
    const header = printProxyV1(
      { address: '192.0.2.7', port: 1 },
      { address: '127.0.0.1', port: 2 },
    )
    found.say(header.toString('latin1'))
    assert.equal(await found.line(), '* BYE Access denied')
    assert.equal(await found.line(), 'END')
  })
})
