/** Objects in a folder, the two programs, and real servers: the whole way. */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import {
  hostName,
  logInWithCurl,
  type Place,
  readWithPython,
  sendWithSwaks,
} from '../support/clients.ts'
import { type ControllerProcess, startController } from '../support/controller-process.ts'
import { converse } from '../support/conversation.ts'
import { alice, bob, type MailSite, password, startMailSite } from '../support/mail-site.ts'
import { freePorts } from '../support/ports.ts'
import { eventually } from '../support/programs.ts'
import { type RelayProcess, startHandedRelay } from '../support/relay-process.ts'
import { clientLine, dottedBody, letter, stored } from './messages.ts'
import { mailProxy, secret, service } from './objects.ts'

const names = ['imap', 'imaps', 'pop3s', 'submission', 'mx'] as const

suite('MailProxies before real servers', () => {
  let site: MailSite
  let objects: string
  let ports: Readonly<Record<(typeof names)[number], number>>
  let controller: ControllerProcess
  let relay: RelayProcess
  before(async () => {
    site = await startMailSite()
    ports = await freePorts(names)
    objects = join(site.folder, 'objects')
    mkdirSync(objects)
    const write = (file: string, text: string) => writeFileSync(join(objects, file), text)
    write('secret.yaml', secret(await site.authority.issue([hostName])))
    write('dovecot.yaml', service('dovecot', { ...site.dovecot.ports }))
    write('postfix.yaml', service('postfix', { ...site.postfix.ports }))
    const mailboxes = mailProxy('mailboxes', 'Passthrough', [
      {
        name: 'imap',
        protocol: 'IMAP',
        port: ports.imap,
        tls: 'StartTLS',
        backend: ['dovecot', 'imap'],
      },
      {
        name: 'imaps',
        protocol: 'IMAP',
        port: ports.imaps,
        tls: 'Implicit',
        backend: ['dovecot', 'imap'],
      },
      {
        name: 'pop3s',
        protocol: 'POP3',
        port: ports.pop3s,
        tls: 'Implicit',
        backend: ['dovecot', 'pop3'],
      },
      {
        ...{ name: 'submission', protocol: 'SMTP', port: ports.submission },
        ...{ tls: 'StartTLS', backend: ['postfix', 'submission'] },
      },
    ])
    write('mailboxes.yaml', mailboxes)
    const mx = { name: 'mx', protocol: 'SMTP', port: ports.mx, tls: 'StartTLS' } as const
    write('mx.yaml', mailProxy('mx', 'None', [{ ...mx, backend: ['postfix', 'named'] }]))
    const handoff = join(site.folder, 'handoff')
    controller = await startController(objects, handoff, '127.0.0.1')
    relay = await startHandedRelay(handoff)
  })
  after(async () => {
    await relay?.stop()
    await controller?.stop()
    await site?.stop()
  })

  const visit = (place: Place, source: string, user: string) => ({
    ...{ place, source, authority: site.authorityFile },
    login: { user, password, method: 'PLAIN' as const },
  })

  test('both objects are programmed', async () => {
    const status = await eventually('the status', async () => {
      const text = await controller.status()
      return text.split('reason: Programmed').length > 2 && text
    })
    assert.doesNotMatch(status, /status: "False"/)
  })

  const logins = [
    { name: 'imaps', protocol: 'imap', service: 'imap-login' },
    { name: 'pop3s', protocol: 'pop3', service: 'pop3-login' },
  ] as const
  for (const [index, { name, protocol, service }] of logins.entries()) {
    test(`${name}: Dovecot knows the client, over a leg that is encrypted where it can be`, async () => {
      const source = `127.0.100.${index + 1}`
      const place: Place = { protocol, port: ports[name], security: 'implicit' }
      const { ok, words } = await logInWithCurl(visit(place, source, alice))
      assert.ok(ok, words)
      const session = await relay.sessionOf(source)
      assert.equal(session.backendTls, true)
      const login = new RegExp(
        `${service}: Info: Login: .*rip=${source},.*TLS, session=<${session.id}>`,
      )
      await site.dovecot.logged(login)
    })
  }

  test('mail sent through submission is read back by IMAP', async () => {
    const source = '127.0.100.10'
    const mail = letter('objects', bob, dottedBody)
    const submission: Place = { protocol: 'smtp', port: ports.submission, security: 'starttls' }
    const file = join(site.folder, 'objects.eml')
    const { ok, words } = await sendWithSwaks(visit(submission, source, alice), mail, file)
    assert.ok(ok, words)
    await stored(site, mail)
    const line = await clientLine(site, mail)
    assert.ok(line.includes(`client=unknown[${source}]`), line)
    const imap: Place = { protocol: 'imap', port: ports.imap, security: 'starttls' }
    const found = await readWithPython(visit(imap, source, bob), mail.token)
    assert.ok(found[0]?.subarray(-mail.message.length).equals(mail.message))
  })

  test('a listener without login looks up the name of a client, by which Postfix judges it', async () => {
    for (const [source, verdict] of [
      ['127.0.0.1', /^250 /],
      ['127.0.0.99', /^450 4\.7\.25 /],
    ] as const) {
      const smtp = await converse({ port: ports.mx, source })
      await smtp.hear(/^220 /)
      await smtp.ask('EHLO client.test', /^250 /)
      await smtp.ask('MAIL FROM:<sender@client.test>', /^250 /)
      assert.match(await smtp.ask(`RCPT TO:<${alice}>`, /^\d{3} /), verdict)
      smtp.close()
    }
  })

  test('SMTP offers what the backend was heard to offer and we can carry, and no more', async () => {
    const smtp = await converse({ port: ports.mx, source: '127.0.0.1' })
    await smtp.hear(/^220 /)
    const offer = await smtp.ask('EHLO client.test', /^250 /)
    smtp.close()
    for (const word of ['SIZE 67108864', '8BITMIME', 'PIPELINING', 'ENHANCEDSTATUSCODES', 'DSN']) {
      assert.match(offer, new RegExp(`^250[- ]${word}\\r$`, 'm'))
    }
    assert.doesNotMatch(offer, /XCLIENT|VRFY|ETRN/)
  })

  test('a Service whose endpoint moves takes new sessions there, and those that are open stay', async () => {
    const open = async (source: string) => {
      const imap = await converse({ port: ports.imap, source })
      await imap.hear(/^\* OK /)
      assert.match(await imap.ask(`a LOGIN ${alice} ${password}`, /^a /), /^a OK /m)
      return imap
    }
    const staying = await open('127.0.100.20')
    const other = await site.startDovecot({})
    writeFileSync(join(objects, 'dovecot.yaml'), service('dovecot', { ...other.ports }))
    await eventually('a session at the new endpoint', async () => {
      const coming = await open('127.0.100.21')
      coming.close()
      return other.log().includes('rip=127.0.100.21,')
    })
    assert.match(await staying.ask('b NOOP', /^b /), /^b OK /m)
    staying.close()
  })
})
