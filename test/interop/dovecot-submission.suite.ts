/** Dovecot's submission as a backend, with its own dialect of XCLIENT, and a Postfix behind it. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { logInWithPython, sendWithCurl, sendWithSwaks, type Visit } from '../support/clients.ts'
import { alice, bob, type MailSite, password, startMailSite } from '../support/mail-site.ts'
import { clientLine, dottedBody, letter, stored } from './messages.ts'
import { type RelayFront, startRelayFront } from './relay-front.ts'

suite("Dovecot's submission behind the relay", () => {
  let site: MailSite
  let front: RelayFront<'clear' | 'starttls'>
  before(async () => {
    site = await startMailSite()
    const to = `proxy_pass 127.0.0.1:${site.dovecot.ports.submission};`
    front = await startRelayFront(site, {
      clear: { protocol: 'smtp', lines: [to] },
      starttls: { protocol: 'smtp', lines: [to, 'proxy_ssl starttls;'] },
    })
  })
  after(async () => {
    await front?.stop()
    await site?.stop()
  })

  const visit = (name: 'clear' | 'starttls', source: string, secret = password): Visit => ({
    place: front.place(name, 'starttls'),
    ...{ source, authority: site.authorityFile },
    login: { user: alice, password: secret, method: 'PLAIN' },
  })

  const senders = [
    { name: 'clear', send: sendWithSwaks, source: '127.0.80.1' },
    { name: 'starttls', send: sendWithCurl, source: '127.0.80.2' },
  ] as const
  for (const { name, send, source } of senders) {
    test(`${name}: mail goes out, and the Postfix behind it still knows the client`, async () => {
      const mail = letter(`submission-${name}`, bob, dottedBody)
      const { ok, words } = await send(visit(name, source), mail, join(site.folder, 'mail.eml'))
      assert.ok(ok, words)
      await stored(site, mail)
      const session = await front.relay.sessionOf(source)
      assert.equal(session.identity, 'believed')
      await site.dovecot.logged(new RegExp(`submission-login: .* rip=${source}, .*<${session.id}>`))
      const line = await clientLine(site, mail)
      assert.ok(line.includes(`[${source}]`), line)
    })
  }

  test('a wrong password is refused in its words', async () => {
    const { ok, words } = await logInWithPython(visit('clear', '127.0.80.3', 'wrong'))
    assert.equal(ok, false)
    assert.match(words, /535, b'5\.7\.8/)
  })
})
