import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { protocols } from '../../src/protocol/protocols.ts'
import { startAuthServer } from '../support/auth-server.ts'
import { MailClient } from '../support/mail-client.ts'
import { backendFor, relayFor } from '../support/on-relay.ts'

const { pop3 } = protocols
const broken = (): never => {
  throw new Error('a fault of this program')
}
const login = `
  B: +OK ready
  P: USER alice
  B: +OK
  P: PASS secret
  B: +OK logged in`

/** Where this program is at fault, who judges the login, and what the client says until then. */
const rows: readonly {
  readonly where: string
  readonly judge: 'backend' | 'auth server'
  readonly says: string
  fault(t: TestContext): void
}[] = [
  {
    where: 'the front',
    judge: 'backend',
    says: 'NOOP\r\n',
    fault: t => {
      const front = {
        wants: { kind: 'line', atMost: 100 },
        receive: broken,
        tooLong: broken,
      } as const
      const greet = () => ({ text: '+OK POP3 ready\r\n', next: front })
      t.mock.method(pop3, 'door', () => ({ salted: false, greet }))
    },
  },
  {
    where: 'the back, as the backend is dialled',
    judge: 'backend',
    says: 'USER alice\r\nPASS secret\r\n',
    fault: t => t.mock.method(pop3, 'back', broken),
  },
  {
    where: 'the back, as the auth server has answered',
    judge: 'auth server',
    says: 'USER alice\r\nPASS secret\r\n',
    fault: t => t.mock.method(pop3, 'back', broken),
  },
  {
    where: 'the back, as the backend speaks',
    judge: 'backend',
    says: 'USER alice\r\nPASS secret\r\n',
    fault: t => t.mock.method(pop3, 'back', () => ({ stage: 'login', receive: broken })),
  },
  {
    where: 'what is relayed, as the login is done',
    judge: 'backend',
    says: 'USER alice\r\nPASS secret\r\n',
    fault: t => t.mock.method(pop3, 'relayed', broken),
  },
]

describe('a fault of this program', () => {
  for (const { where, judge, says, fault } of rows) {
    it(`ends its own session alone: ${where}`, async t => {
      const { port, sockets } = await backendFor(t, login)
      const auth = await startAuthServer(() => ({
        'Auth-Status': 'OK',
        'Auth-Server': '127.0.0.1',
        'Auth-Port': `${port}`,
      }))
      t.after(() => auth.stop())
      const asks = judge === 'backend' ? `proxy_pass 127.0.0.1:${port}` : `auth_http ${auth.url}`
      const server = `proxy_identity off; ${asks}; server { listen {pop3}; protocol pop3; }`
      fault(t)
      const here = await relayFor(t, server)
      const client = await MailClient.open(here.port('pop3'))
      assert.equal(await client.line(), '+OK POP3 ready')
      client.say(says)
      while ((await client.line()) !== 'END');
      const { failure } = await here.ended()
      assert.equal(failure, 'internal')
      const told = here.records.filter(({ msg }) => msg === 'session broke off')
      assert.deepEqual(
        told.map(({ level }) => level),
        ['error'],
      )
      while (sockets.size > 0) await new Promise(resolve => setImmediate(resolve))
      t.mock.restoreAll()
      await here.apply(server)
      const other = await MailClient.open(here.port('pop3'))
      assert.equal(await other.line(), '+OK POP3 ready')
      assert.equal(await other.ask('USER alice'), '+OK')
      assert.equal(await other.ask('PASS secret'), '+OK logged in')
      other.end()
    })
  }
})
