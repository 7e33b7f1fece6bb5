import { describe, it } from 'node:test'
import { type Setting, talk } from '../../support/relayed-talk.ts'

const chunking: Setting = { capabilities: ['SIZE 30', 'CHUNKING'], transaction: true }

const rows: readonly (readonly [title: string, script: string, setting: Setting])[] = [
  [
    'pass where the backend takes them, whatever is in them',
    `C: BDAT 10
     C: \\r\\n.\\r\\nDATA\\n\\
     C: BDAT 4 last
     C: \\0\\r.\\r\\
     C: NOOP
     b: BDAT 10
     b: \\r\\n.\\r\\nDATA\\n\\
     b: BDAT 4 last
     b: \\0\\r.\\r\\
     b: NOOP
     B: 250 1
     B: 250 2
     B: 250 3
     c: 250 1
     c: 250 2
     c: 250 3`,
    chunking,
  ],
  [
    'may be empty',
    `C: BDAT 0 LAST
     C: NOOP
     b: BDAT 0 LAST
     b: NOOP
     B: 250 1
     B: 250 2
     c: 250 1
     c: 250 2`,
    chunking,
  ],
  [
    'are swallowed where the backend did not offer CHUNKING',
    `C: BDAT 16
     C: XCLIENT ADDR=x\\r\\n\\
     C: BDAT 6 LAST
     C: DATA\\r\\n\\
     C: NOOP
     c: 502 5.5.1 Command not available
     c: 502 5.5.1 Command not available
     b: NOOP
     B: 250 ok
     c: 250 ok`,
    { capabilities: ['SIZE 30', 'PIPELINING'], transaction: true },
  ],
  [
    'are swallowed where no EHLO was said',
    `C: BDAT 6 LAST
     C: DATA\\r\\n\\
     c: 502 5.5.1 Command not available`,
    { transaction: true },
  ],
  [
    'that make a message larger than SIZE are swallowed, and so is the rest of it',
    `C: BDAT 20
     C: 12345678901234567890\\
     C: BDAT 11
     C: XCLIENT a\\r\\n\\
     C: BDAT 3 LAST
     C: xyz\\
     C: RSET
     C: BDAT 30 LAST
     C: XCLIENT b\\r\\n12345678901234567\\r\\n\\
     C: NOOP
     b: BDAT 20
     b: 12345678901234567890\\
     b: RSET
     B: 250 1
     c: 250 1
     c: 552 5.3.4 Message too large
     c: 503 5.5.1 Bad sequence of commands
     B: 250 2
     c: 250 2
     b: BDAT 30 LAST
     b: XCLIENT b\\r\\n12345678901234567\\r\\n\\
     b: NOOP
     B: 250 3
     B: 250 4
     c: 250 3
     c: 250 4`,
    chunking,
  ],
  [
    'count anew only when the backend agreed to begin anew',
    `C: BDAT 20
     C: 12345678901234567890\\
     C: RSET now
     C: BDAT 20
     C: XCLIENT a\\r\\n123456789\\
     C: NOOP
     b: BDAT 20
     b: 12345678901234567890\\
     b: RSET now
     B: 250 1
     c: 250 1
     B: 501 2
     c: 501 2
     c: 552 5.3.4 Message too large
     b: NOOP
     B: 250 3
     c: 250 3`,
    chunking,
  ],
  [
    'of the next message count anew once the last was taken, or MAIL was',
    `C: BDAT 20 LAST
     C: 12345678901234567890\\
     C: BDAT 20 LAST
     C: 12345678901234567890\\
     b: BDAT 20 LAST
     b: 12345678901234567890\\
     B: 550 1
     c: 550 1
     c: 552 5.3.4 Message too large
     C: MAIL FROM:<a@example.org>
     C: BDAT 20 LAST
     C: 12345678901234567890\\
     b: MAIL FROM:<a@example.org>
     B: 250 2
     c: 250 2
     b: BDAT 20 LAST
     b: 12345678901234567890\\
     B: 250 3
     c: 250 3
     C: BDAT 20 LAST
     C: 12345678901234567890\\
     b: BDAT 20 LAST
     b: 12345678901234567890\\
     B: 503 4
     c: 503 4`,
    chunking,
  ],
  [
    'have no limit where the backend has none',
    `C: BDAT 999999999999999
     C: abc\\
     b: BDAT 999999999999999
     b: abc\\`,
    { capabilities: ['size 0', 'chunking'] },
  ],
  [
    'must have a number of octets',
    `C: BDAT
     C: BDAT x
     C: BDAT -1
     C: BDAT 1 FIRST
     C: BDAT 9999999999999999
     c: 501 5.5.4 Invalid argument
     c: 501 5.5.4 Invalid argument
     c: 501 5.5.4 Invalid argument
     c: 501 5.5.4 Invalid argument
     c: 501 5.5.4 Invalid argument`,
    chunking,
  ],
  [
    'end the session if they are refused before they ended: the rest could be run as commands',
    `C: BDAT 20
     C: 123\\
     b: BDAT 20
     b: 123\\
     B: 452 4.3.1 no
     c: 452 4.3.1 no
     over`,
    chunking,
  ],
  [
    'end the session if they are accepted before they ended, and nobody hears of it',
    `C: BDAT 20 LAST
     C: 123\\
     b: BDAT 20 LAST
     b: 123\\
     B: 250 queued
     c: 421 4.3.0 Mail server error
     over`,
    chunking,
  ],
  [
    'are lost with the backend',
    `C: BDAT 20 LAST
     C: 123\\
     b: BDAT 20 LAST
     b: 123\\
     END
     c: 421 4.4.2 Connection to the mail server was lost
     over`,
    chunking,
  ],
  [
    'may come once a later EHLO offers them, and no more when one does not',
    `C: EHLO a
     C: BDAT 3
     C: abc\\
     b: EHLO a
     B: 250-a
     B: 250-CHUNKING
     B: 250 SIZE 100
     c: 250-a
     c: 250-CHUNKING
     c: 250 SIZE 100
     b: BDAT 3
     b: abc\\
     B: 250 1
     c: 250 1
     C: EHLO b
     C: BDAT 3
     C: abc\\
     b: EHLO b
     B: 250 a
     c: 250 a
     c: 502 5.5.1 Command not available`,
    {},
  ],
  [
    'may not come after HELO',
    `C: HELO a
     C: BDAT 3
     C: abc\\
     b: HELO a
     B: 250 a
     c: 250 a
     c: 502 5.5.1 Command not available`,
    chunking,
  ],
]

describe('chunks of a message', () => {
  for (const [title, script, setting] of rows) {
    it(title, () => {
      talk(script, setting)
    })
    it(`${title}, octet by octet`, () => {
      talk(script, setting, true)
    })
  }
})
