import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { alice, type MailSite, startMailSite } from '../support/mail-site.ts'
import { loginCases } from './login-table.ts'
import { type RelayFront, startRelayFront } from './relay-front.ts'

suite('logging in through the relay, as the backend judges', () => {
  let site: MailSite
  let front: RelayFront<'imap' | 'pop3' | 'smtp'>
  before(async () => {
    site = await startMailSite()
    const { dovecot, postfix } = site
    front = await startRelayFront(site, {
      imap: { protocol: 'imap', lines: [`proxy_pass 127.0.0.1:${dovecot.ports.imap};`] },
      pop3: { protocol: 'pop3', lines: [`proxy_pass 127.0.0.1:${dovecot.ports.pop3};`] },
      smtp: { protocol: 'smtp', lines: [`proxy_pass 127.0.0.1:${postfix.ports.submission};`] },
    })
  })
  after(async () => {
    await front?.stop()
    await site?.stop()
  })

  for (const { title, protocol, source, logIn } of loginCases) {
    test(`${title}, and the backend knows the client's address`, async () => {
      const { ok, words } = await logIn(front.place, site.authorityFile)
      assert.ok(ok, words)
      const session = await front.relay.sessionOf(source)
      assert.equal(session.login, alice)
      if (protocol === 'smtp') {
        assert.equal(session.identity, 'believed')
        await site.postfix.logged(new RegExp(`disconnect from unknown\\[${source}\\]`))
      } else {
        assert.equal(session.identity, protocol === 'pop3' ? 'believed' : 'unconfirmed')
        const line = await site.dovecot.logged(new RegExp(`Login: user.*rip=${source},`))
        assert.ok(line.includes(`user=<${alice}>`), line)
        assert.ok(line.includes(`session=<${session.id}>`), line)
      }
    })
  }
})
