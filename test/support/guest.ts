/** A relay with one client that is logged in by IMAP, for texts that tell it to connect again or do not. */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { MailClient } from './mail-client.ts'
import { backendFor, relayFor } from './on-relay.ts'

/** Every turn comes at once: who is idle is told before `apply` has come to its end. */
export const atOnce = 'worker_shutdown_timeout 0;'

const imap = `B: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready
  P: /^a AUTHENTICATE PLAIN /
  B: a OK logged in`
export const bye = '* BYE [UNAVAILABLE] The server is leaving, connect again'

export async function loggedIn(port: number): Promise<MailClient> {
  const client = await MailClient.open(port)
  await client.line()
  assert.equal(await client.ask('a LOGIN alice secret'), 'a OK logged in')
  return client
}

export interface Place {
  /** Of the listener `front`, which the first text has on `127.0.0.1`. */
  readonly port: number
  /** `server` of the session's backend, and of another. */
  readonly own: string
  readonly other: string
}

export const on = (listen: string, more = '') =>
  `server { listen ${listen}; protocol imap; proxy_pass mail; ${more} }`
export const to = (servers: string) =>
  `proxy_identity off; imap_auth plain; upstream mail { ${servers}; }`

/** A relay with one client, which has logged in. */
export async function guest(t: TestContext) {
  const [there, elsewhere] = [await backendFor(t, imap), await backendFor(t, imap)]
  const own = `server 127.0.0.1:${there.port}`
  const here = await relayFor(t, `${to(own)} ${on('{front}')}`)
  const client = await loggedIn(here.port('front'))
  t.after(() => client.close())
  const place: Place = {
    ...{ port: here.port('front'), own, other: `server 127.0.0.1:${elsewhere.port}` },
  }
  return { here, client, place }
}
