/** The servers and the clients by themselves: where one of these fails, the others say nothing of us. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type MailSite, startMailSite } from '../support/mail-site.ts'
import { directFront } from './front.ts'
import { loginCases } from './login-table.ts'

suite('without a relay in between', () => {
  let site: MailSite
  before(async () => {
    site = await startMailSite()
  })
  after(() => site.stop())

  for (const { title, logIn } of loginCases) {
    test(title, async () => {
      const { ok, words } = await logIn(directFront(site), site.authorityFile)
      assert.ok(ok, words)
    })
  }
})
