/** IMAP and POP3: whether Dovecot believes what it is told of a client, and what follows when not. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { converse } from '../support/conversation.ts'
import type { Dovecot } from '../support/dovecot.ts'
import { alice, type MailSite, password, startMailSite } from '../support/mail-site.ts'
import { freePort } from '../support/ports.ts'
import { type RelayFront, startRelayFront } from './relay-front.ts'

suite('Dovecot and the address of a client', () => {
  let site: MailSite
  let stranger: Dovecot
  let ipv6Port: number
  let front: RelayFront<'imap' | 'pop3' | 'distrusted-imap' | 'distrusted-pop3' | 'untold'>
  before(async () => {
    site = await startMailSite()
    stranger = await site.startDovecot({ trusted: '' })
    const { ports } = site.dovecot
    ipv6Port = await freePort()
    front = await startRelayFront(site, {
      imap: {
        protocol: 'imap',
        lines: [`listen [::1]:${ipv6Port};`, `proxy_pass 127.0.0.1:${ports.imap};`],
      },
      pop3: { protocol: 'pop3', lines: [`proxy_pass 127.0.0.1:${ports.pop3};`] },
      untold: {
        protocol: 'imap',
        lines: [`proxy_pass 127.0.0.1:${ports.imap};`, 'proxy_identity off;'],
      },
      'distrusted-imap': {
        protocol: 'imap',
        lines: [`proxy_pass 127.0.0.1:${stranger.ports.imap};`],
      },
      'distrusted-pop3': {
        protocol: 'pop3',
        lines: [`proxy_pass 127.0.0.1:${stranger.ports.pop3};`],
      },
    })
  })
  after(async () => {
    await front?.stop()
    await site?.stop()
  })

  const logIn = async (port: number, source: string, secret = password) => {
    const imap = await converse({ port, source })
    await imap.hear(/^\* OK /)
    const began = performance.now()
    const reply = await imap.ask(`a LOGIN ${alice} ${secret}`, /^a /)
    imap.close()
    return { reply, ms: performance.now() - began }
  }

  const logInByPop3 = async (port: number, source: string) => {
    const pop3 = await converse({ port, source })
    await pop3.hear(/^\+OK /)
    await pop3.ask(`USER ${alice}`, /^\+OK/)
    const reply = await pop3.ask(`PASS ${password}`, /^(\+OK|-ERR)/)
    await pop3.ask('QUIT', /^\+OK/)
    return reply
  }

  test('a POP3 backend that offers no XCLIENT to us is noticed, and the login goes on', async () => {
    const source = '127.0.30.1'
    assert.match(await logInByPop3(front.place('distrusted-pop3').port, source), /^\+OK/)
    assert.equal((await front.relay.sessionOf(source)).identity, 'not-offered')
    await stranger.logged(/pop3-login: Info: Login: .*rip=127\.0\.0\.1,/)
  })

  test('an IMAP backend that does not believe us says nothing, and no one claims that it did', async () => {
    const source = '127.0.30.2'
    assert.match((await logIn(front.place('distrusted-imap').port, source)).reply, /^a OK /m)
    assert.equal((await front.relay.sessionOf(source)).identity, 'unconfirmed')
    await stranger.logged(/imap-login: Info: Login: .*rip=127\.0\.0\.1,/)
  })

  test('the metrics tell which backend believes us', async () => {
    const source = '127.0.30.3'
    await logInByPop3(front.place('pop3').port, source)
    await front.relay.sessionOf(source)
    const lines = (await front.relay.metrics()).split('\n')
    const says = (port: number, outcome: string) =>
      lines.some(
        line =>
          line.startsWith('postern_identity_total{') &&
          line.includes(`backend="127.0.0.1:${port}"`) &&
          line.includes(`outcome="${outcome}"`),
      )
    assert.ok(says(site.dovecot.ports.pop3, 'believed'), lines.join('\n'))
    assert.ok(says(stranger.ports.pop3, 'not-offered'), lines.join('\n'))
  })

  test('a client may come by IPv6, and Dovecot is told its address as it is', async () => {
    assert.match((await logIn(ipv6Port, '::1')).reply, /^a OK /m)
    const session = await front.relay.sessionOf('[::1]')
    const login = new RegExp(`imap-login: Info: Login: .*rip=::1,.*session=<${session.id}>`)
    await site.dovecot.logged(login)
  })

  /** Ten at once: each that Dovecot holds back would make the next wait for it. */
  const guess = async (port: number, source: string) => {
    const tries = Array.from({ length: 10 }, (_, index) => logIn(port, source, `wrong${index}`))
    // The first refusal is what raises the penalty; the others need not be waited for.
    await Promise.any(tries)
    return Promise.all(tries)
  }

  test("one client's wrong passwords do not slow another's login, as they do when all share our address", async () => {
    const told = guess(front.place('imap').port, '127.0.30.10')
    const untold = guess(front.place('untold').port, '127.0.30.11')
    await Promise.all([told, untold])
    const other = await logIn(front.place('imap').port, '127.0.30.12')
    assert.match(other.reply, /^a OK /m)
    assert.ok(other.ms < 2_000, `${other.ms} ms`)
    const sharing = await logIn(front.place('untold').port, '127.0.30.13')
    assert.match(sharing.reply, /^a OK /m)
    assert.ok(sharing.ms > 2_000, `${sharing.ms} ms`)
  })
})
