/** SMTP without login: what Postfix thinks of a client is what the client is told. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { converse } from '../support/conversation.ts'
import { alice, type MailSite, refusedAddress, startMailSite } from '../support/mail-site.ts'
import { freePort } from '../support/ports.ts'
import { type RelayFront, startRelayFront } from './relay-front.ts'

const named = '127.0.0.1'
const nameless = '127.0.0.99'
const elsewhere = 'someone@elsewhere.test'

suite('SMTP between servers through the relay', () => {
  let site: MailSite
  let ipv6Port: number
  let front: RelayFront<'mx' | 'hasty' | 'named' | 'stranger' | 'silent'>
  before(async () => {
    site = await startMailSite()
    ipv6Port = await freePort()
    const { mx, hasty, named, stranger } = site.postfix.ports
    const block = (port: number, ...lines: readonly string[]) =>
      ({
        protocol: 'smtp',
        lines: ['smtp_auth none;', `proxy_pass 127.0.0.1:${port};`, ...lines],
      }) as const
    front = await startRelayFront(site, {
      mx: block(mx, `listen [::1]:${ipv6Port};`),
      hasty: block(hasty),
      named: block(named, 'resolver system;'),
      stranger: block(stranger),
      silent: block(stranger, 'xclient off;'),
    })
  })
  after(async () => {
    await front?.stop()
    await site?.stop()
  })

  /** What a client at `source` is told in answer to its recipient. */
  const verdict = async (port: number, source: string, recipient = alice) => {
    const smtp = await converse({ port, source })
    await smtp.hear(/^220 /)
    await smtp.ask('EHLO client.test', /^250 /)
    await smtp.ask('MAIL FROM:<sender@client.test>', /^\d{3} /)
    const reply = await smtp.ask(`RCPT TO:<${recipient}>`, /^\d{3} /)
    smtp.close()
    return reply
  }

  /** A client's verdict is the one that it gets from Postfix itself. */
  const cases = [
    { title: 'refuses a client by its address', to: 'mx', source: refusedAddress, code: 554 },
    { title: 'takes mail from another address', to: 'mx', source: '127.0.0.50', code: 250 },
    { title: 'refuses a client that has no name', to: 'named', source: nameless, code: 450 },
    { title: 'takes mail from a client that has a name', to: 'named', source: named, code: 250 },
  ] as const
  for (const { title, to, source, code } of cases) {
    test(`Postfix ${title}, in the same words with and without us`, async () => {
      const direct = await verdict(site.postfix.ports[to], source)
      assert.ok(direct.startsWith(`${code} `), direct)
      const relayed = await verdict(front.place(to).port, source)
      assert.equal(relayed, direct, `${relayed}${site.postfix.log()}`)
    })
  }

  test('an address that Postfix refuses at once is refused in its words', async () => {
    const reply = await verdict(front.place('hasty').port, refusedAddress)
    assert.match(
      reply,
      /^554 5\.7\.1 <unknown\[127\.0\.0\.66\]>: Client host rejected: no mail from here/,
    )
  })

  test('a Postfix that trusts our own address does not relay for strangers through us', async () => {
    assert.match(await verdict(site.postfix.ports.mx, named, elsewhere), /^250 /)
    assert.match(
      await verdict(front.place('mx').port, '127.0.0.50', elsewhere),
      /^554 5\.7\.1 .*Relay access denied/,
    )
  })

  test('a Postfix that takes no XCLIENT from us gets no mail, and the sender is asked to wait', async () => {
    const source = '127.0.0.51'
    assert.match(await verdict(front.place('stranger').port, source), /^451 4\.3\.0 /)
    const session = await front.relay.sessionOf(source)
    assert.equal(session.identity, 'refused')
    assert.equal(session.failure, 'identity')
    assert.doesNotMatch(site.postfix.log(), /client=\S*\[127\.0\.0\.51\]/)
    assert.match(await front.relay.metrics(), /^postern_identity_total\{.*outcome="refused"\} 1$/m)
  })

  test('a client may come by IPv6, and Postfix is told its address as it is', async () => {
    assert.match(await verdict(ipv6Port, '::1', elsewhere), /^554 5\.7\.1 /)
    assert.equal((await front.relay.sessionOf('[::1]')).identity, 'believed')
    await site.postfix.logged(/reject: RCPT from unknown\[::1\]: 554/)
  })

  test('with xclient off Postfix sees our address, because someone said so', async () => {
    assert.match(await verdict(front.place('silent').port, '127.0.0.52'), /^250 /)
    assert.equal((await front.relay.sessionOf('127.0.0.52')).identity, 'off')
  })
})
