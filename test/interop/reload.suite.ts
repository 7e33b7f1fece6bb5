import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { converse } from '../support/conversation.ts'
import type { Dovecot } from '../support/dovecot.ts'
import { alice, type MailSite, password, startMailSite } from '../support/mail-site.ts'
import { type RelayFront, startRelayFront } from './relay-front.ts'

suite('another configuration', () => {
  let site: MailSite
  let other: Dovecot
  let front: RelayFront<'imap'>
  const blocks = (port: number) => ({
    imap: { protocol: 'imap', lines: [`proxy_pass 127.0.0.1:${port};`] } as const,
  })
  before(async () => {
    site = await startMailSite()
    other = await site.startDovecot({})
    front = await startRelayFront(site, blocks(site.dovecot.ports.imap))
  })
  after(async () => {
    await front?.stop()
    await site?.stop()
  })

  const logIn = async (source: string) => {
    const imap = await converse({ port: front.place('imap').port, source })
    await imap.hear(/^\* OK /)
    assert.match(await imap.ask(`a LOGIN ${alice} ${password}`, /^a /), /^a OK /m)
    return imap
  }

  test('HUP sends new sessions to another backend while a session that idles stays', async () => {
    const staying = await logIn('127.0.70.1')
    await staying.ask('b SELECT INBOX', /^b OK /)
    await staying.ask('c IDLE', /^\+ /)
    await front.change(blocks(other.ports.imap))
    const coming = await logIn('127.0.70.2')
    await site.dovecot.logged(/Login: .*rip=127\.0\.70\.1,/)
    await other.logged(/Login: .*rip=127\.0\.70\.2,/)
    assert.match(await staying.ask('DONE', /^c OK /), /^c OK /m)
    assert.match(await staying.ask('d NOOP', /^d /), /^d OK /m)
    coming.close()
    staying.close()
  })
})
