import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { protocols } from '../../src/protocol/protocols.ts'
import { protocolNames } from '../../src/words/protocol-name.ts'
import { leg } from '../support/leg.ts'

const { attempt } = leg({ attempt: { tag: 'a1' } })
const mx = leg({ attempt: { mechanism: 'none' } }).attempt

const wanted = {
  imap: {
    denied: 'a1 NO wrong\r\n',
    refused: /^a1 NO \[AUTHENTICATIONFAILED\] /,
    unavailable: /^a1 NO \[UNAVAILABLE\] /,
    internal: '* BAD internal server error\r\n',
  },
  pop3: {
    denied: '-ERR wrong\r\n',
    refused: /^-ERR \[AUTH\] /,
    unavailable: /^-ERR \[SYS\/TEMP\] /,
    internal: '-ERR internal server error\r\n',
  },
  smtp: {
    denied: '535 5.7.0 wrong\r\n',
    refused: /^535 5\.7\.8 /,
    unavailable: /^454 4\.7\.0 /,
    internal: '451 4.3.2 Internal server error\r\n',
  },
} as const

for (const name of protocolNames) {
  const { words } = protocols[name]
  describe(name, () => {
    test('refuses in the auth server’s words', () => {
      assert.equal(words.denied(attempt, 'wrong', undefined), wanted[name].denied)
    })
    test('never calls a fault of ours a wrong password', () => {
      assert.match(words.refused(attempt), wanted[name].refused)
      assert.match(words.unavailable(attempt, 'connect'), wanted[name].unavailable)
      assert.equal(words.internal, wanted[name].internal)
    })
    test('says everything in one line', () => {
      const said = words.denied(attempt, 'a\r\nb\0c', name === 'smtp' ? '550 5.1.1' : undefined)
      for (const text of [said, words.refused(attempt), words.unavailable(attempt, 'tls')]) {
        assert.match(text, /^[^\r\n\0]+\r\n$/)
      }
    })
  })
}

test('smtp takes the auth server’s code, and gives mail without login another than AUTH', () => {
  const { words } = protocols.smtp
  assert.equal(words.denied(attempt, 'no', '550 5.1.1'), '550 5.1.1 no\r\n')
  assert.match(words.unavailable(mx, 'identity'), /^451 4\.3\.0 /)
})
