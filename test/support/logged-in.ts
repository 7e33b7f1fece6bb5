import assert from 'node:assert/strict'
import { MailClient } from './mail-client.ts'

/** A client that logged in by POP3; its backend says `+OK in`. */
export async function loggedIn(port: number): Promise<MailClient> {
  const client = await MailClient.open(port)
  await client.line()
  await client.ask('USER a')
  assert.equal(await client.ask('PASS b'), '+OK in')
  return client
}
