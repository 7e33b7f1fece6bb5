import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MailClient } from '../support/mail-client.ts'
import { relayFor } from '../support/on-relay.ts'

const pop3 = (more: string) =>
  `proxy_pass 127.0.0.1:1; ${more} server { listen {pop3}; protocol pop3; }`

describe('before the login', () => {
  it('max_commands are carried out, and one more is answered as no command and ends the session', async t => {
    const here = await relayFor(t, pop3('max_commands 3;'))
    const client = await MailClient.open(here.port('pop3'))
    await client.line()
    client.say('NOOP\r\n'.repeat(6))
    assert.deepEqual(await client.lines(5), ['+OK', '+OK', '+OK', '-ERR invalid command', 'END'])
    const { failure, commands } = await here.ended()
    assert.deepEqual([failure, commands], ['protocol', 3])
  })

  it('a POP3 command may be as long as pop3_client_buffer', async t => {
    const here = await relayFor(t, pop3('pop3_client_buffer 128;'))
    const long = await MailClient.open(here.port('pop3'))
    await long.line()
    assert.equal(await long.ask(`USER ${'x'.repeat(120)}`), '+OK')
    assert.equal(await long.ask(`USER ${'x'.repeat(128)}`), '-ERR invalid command')
    assert.equal(await long.line(), 'END')
  })
})
