/** An auth server decides, as in front of nginx, and what it decided is told to the backends. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { type AuthHeaders, type AuthServer, startAuthServer } from '../support/auth-server.ts'
import { sendWithPython, sendWithSwaks, type Visit } from '../support/clients.ts'
import { converse } from '../support/conversation.ts'
import { alice, bob, type MailSite, password, startMailSite } from '../support/mail-site.ts'
import { clientLine, dottedBody, letter, stored } from './messages.ts'
import { type RelayFront, startRelayFront } from './relay-front.ts'

/** What users know; the servers know another, which the auth server gives for it. */
const publicPassword = 'known-to-the-auth-server'

suite('with an auth server', () => {
  let site: MailSite
  let auth: AuthServer
  let front: RelayFront<'imap' | 'pop3' | 'told' | 'replayed' | 'mx' | 'chosen'>
  before(async () => {
    site = await startMailSite()
    const { dovecot, postfix } = site
    const ports: Readonly<Record<string, number>> = {
      imap: dovecot.ports.imap,
      pop3: dovecot.ports.pop3,
      smtp: postfix.ports.submission,
    }
    auth = await startAuthServer(asked => judge(asked, ports))
    const login = `auth_http ${auth.url};`
    front = await startRelayFront(site, {
      imap: { protocol: 'imap', lines: [login] },
      pop3: { protocol: 'pop3', lines: [login] },
      told: { protocol: 'smtp', lines: [login] },
      replayed: { protocol: 'smtp', lines: [login, 'proxy_smtp_auth on;'] },
      mx: { protocol: 'smtp', lines: [login, 'smtp_auth none;'] },
      chosen: {
        protocol: 'imap',
        lines: [`${login}`, `proxy_pass 127.0.0.1:${dovecot.ports.imap};`],
      },
    })
  })
  after(async () => {
    await front?.stop()
    await auth?.stop()
    await site?.stop()
  })

  /** Recipients are known by name, logins by password. */
  function judge(asked: AuthHeaders, ports: Readonly<Record<string, number>>): AuthHeaders {
    const protocol = asked['auth-protocol'] ?? ''
    const none = asked['auth-method'] === 'none'
    const good = none
      ? (asked['auth-smtp-to'] ?? '').includes(alice)
      : asked['auth-pass'] === publicPassword
    if (!good) return { 'Auth-Status': 'not in our books', 'Auth-Wait': '1' }
    return {
      'Auth-Status': 'OK',
      'Auth-Server': '127.0.0.1',
      'Auth-Port': String(none ? site.postfix.ports.mx : ports[protocol]),
      ...(none ? {} : { 'Auth-Pass': password }),
    }
  }

  const visit = (name: 'told' | 'replayed', source: string): Visit => ({
    place: front.place(name, 'starttls'),
    ...{ source, authority: site.authorityFile },
    login: { user: alice, password: publicPassword, method: 'LOGIN' },
  })

  for (const name of ['imap', 'chosen'] as const) {
    test(`${name}: a login that it accepts goes on with the password that it gives`, async () => {
      const source = `127.0.90.${name.length}`
      const imap = await converse({ port: front.place(name).port, source })
      await imap.hear(/^\* OK /)
      assert.match(await imap.ask(`a LOGIN ${alice} ${publicPassword}`, /^a /), /^a OK /m)
      imap.close()
      await site.dovecot.logged(new RegExp(`Login: user=<${alice}>, .*rip=${source},`))
      const asked = auth.asked.find(each => each['client-ip'] === source)
      assert.equal(asked?.['auth-protocol'], 'imap')
      assert.equal(asked?.['auth-user'], alice)
    })
  }

  test('POP3: what it refuses is refused in its words, and the session stays', async () => {
    const source = '127.0.90.20'
    const pop3 = await converse({ port: front.place('pop3').port, source })
    await pop3.hear(/^\+OK/)
    await pop3.ask(`USER ${alice}`, /^\+OK/)
    assert.equal(await pop3.ask('PASS wrong', /^-ERR/), '-ERR not in our books\r\n')
    await pop3.ask(`USER ${alice}`, /^\+OK/)
    assert.match(await pop3.ask(`PASS ${publicPassword}`, /^(\+OK|-ERR)/), /^\+OK/)
    pop3.close()
    await site.dovecot.logged(new RegExp(`pop3-login: Info: Login: .*rip=${source},`))
  })

  test('Postfix is told the login that was judged, and asks for no other', async () => {
    const mail = letter('told', bob, dottedBody)
    const { ok, words } = await sendWithPython(visit('told', '127.0.90.31'), mail)
    assert.ok(ok, words)
    await stored(site, mail)
    const line = await clientLine(site, mail)
    assert.ok(line.includes('client=unknown[127.0.90.31]'), line)
    assert.ok(line.includes(`sasl_method=XCLIENT, sasl_username=${alice}`), line)
  })

  test('with proxy_smtp_auth Postfix judges the login once more', async () => {
    const mail = letter('replayed', bob, dottedBody)
    const file = join(site.folder, 'replayed.eml')
    const { ok, words } = await sendWithSwaks(visit('replayed', '127.0.90.32'), mail, file)
    assert.ok(ok, words)
    await stored(site, mail)
    const line = await clientLine(site, mail)
    assert.ok(line.includes('client=unknown[127.0.90.32]'), line)
    assert.ok(line.includes(`sasl_method=PLAIN, sasl_username=${alice}`), line)
  })

  test('without login it judges the recipient, and another may follow one that it refused', async () => {
    const smtp = await converse({ port: front.place('mx').port, source: '127.0.90.40' })
    await smtp.hear(/^220 /)
    await smtp.ask('EHLO client.test', /^250 /)
    await smtp.ask('MAIL FROM:<sender@client.test>', /^250 /)
    const refused = await smtp.ask('RCPT TO:<nobody@example.com>', /^\d{3} /)
    assert.equal(refused, '535 5.7.0 not in our books\r\n')
    assert.match(await smtp.ask(`RCPT TO:<${alice}>`, /^\d{3} /), /^250 2\.1\.5 /)
    smtp.close()
    const asked = auth.asked.findLast(each => each['client-ip'] === '127.0.90.40')
    assert.equal(asked?.['auth-method'], 'none')
    assert.equal(asked?.['auth-smtp-helo'], 'client.test')
    assert.equal(asked?.['auth-smtp-from'], 'MAIL FROM:<sender@client.test>')
    assert.equal(asked?.['auth-smtp-to'], `RCPT TO:<${alice}>`)
  })
})
