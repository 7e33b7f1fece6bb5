import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RelayedPop3 } from '../../../src/protocol/pop3/relayed.ts'

/** `C: ` and `S: ` before what a side sends. */
const rows: readonly (readonly [when: string, idle: boolean, ...said: readonly string[]])[] = [
  ['at once', true],
  ['after a command and its answer', true, 'C: STAT\r\n', 'S: +OK 1 2\r\n'],
  ['not amid a command', false, 'C: ST'],
  ['not before the answer to a command', false, 'C: RETR 1\r\n'],
  ['not amid an answer', false, 'C: RETR 1\r\n', 'S: +OK\r\nabc'],
  ['not after DELE', false, 'C: DELE 1\r\n', 'S: +OK\r\n'],
  ['not after dele that was pipelined', false, 'C: STAT\r\ndele 1\r\n', 'S: +OK\r\n+OK\r\n'],
  ['not after QUIT', false, 'C: QUIT\r\n'],
]

describe('POP3 after the login is idle', () => {
  for (const [when, idle, ...said] of rows) {
    for (const cut of [false, true]) {
      it(`${when}${cut ? ', octet by octet' : ''}`, () => {
        const relayed = new RelayedPop3()
        for (const line of said) {
          for (const part of cut ? line.slice(3) : [line.slice(3)]) {
            const chunk = Buffer.from(part, 'latin1')
            if (line.startsWith('C')) relayed.client(chunk)
            else relayed.backend(chunk)
          }
        }
        assert.equal(relayed.idle, idle)
      })
    }
  }
})

describe('POP3 after the login has been finished by its client', () => {
  for (const [what, finished, ...said] of [
    ['QUIT', true, 'STAT\r\n', 'quit\r\n'],
    ['nothing', false],
    ['a command', false, 'STAT\r\n'],
    ['a command behind QUIT', false, 'QUIT\r\n', 'STAT\r\n'],
    ['half of it', false, 'QUIT'],
  ] as const) {
    it(`${finished ? 'with' : 'not with'} ${what}`, () => {
      const relayed = new RelayedPop3()
      for (const each of said) relayed.client(Buffer.from(each, 'latin1'))
      assert.equal(relayed.finished, finished)
    })
  }
})
