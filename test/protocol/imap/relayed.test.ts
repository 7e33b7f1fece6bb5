import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RelayedImap } from '../../../src/protocol/imap/relayed.ts'
import { mostSearches } from '../../../src/protocol/imap/relayed-side.ts'

/** `C: ` and `S: ` before what a side sends. */
type Row = readonly [when: string, idle: boolean, ...said: readonly string[]]

const fetched = 'S: * 1 FETCH (BODY[] {11}\r\nabc\r\ndef\r\n}'
const rows: readonly Row[] = [
  ['at once', true],
  ['after a command and its answer', true, 'C: a NOOP\r\n', 'S: a OK\r\n'],
  ['while IDLE goes on', true, 'C: a IDLE\r\n', 'S: + idling\r\n', 'S: * 3 EXISTS\r\n'],
  ['not before the answer to a command', false, 'C: a NOOP\r\n'],
  ['not between untagged responses to a command', false, 'C: a CHECK\r\n', 'S: * 1 EXISTS\r\n'],
  ['once an answer came with news behind it', true, 'C: a NOOP\r\n', 'S: a OK\r\n* 1 EXISTS\r\n'],
  ['once IDLE began with news', true, 'C: a IDLE\r\n', 'S: + idling\r\n* 1 EXISTS\r\n'],
  [
    'once an answer stood between news',
    true,
    'C: a X\r\n',
    'S: * 1 EXPUNGE\r\na OK\r\n* 1 EXISTS\r\n',
  ],
  [
    'not before the last of several commands is answered',
    false,
    'C: a X\r\nb Y\r\n',
    'S: a OK\r\n',
  ],
  [
    'once the last of several commands is answered',
    true,
    'C: a X\r\nb Y\r\n',
    'S: a OK\r\nb OK\r\n',
  ],
  [
    'not before the end of IDLE is answered',
    false,
    'C: a IDLE\r\n',
    'S: + idling\r\n',
    'C: DONE\r\n',
  ],
  ['after IDLE', true, 'C: a IDLE\r\n', 'S: + idling\r\n', 'C: DONE\r\n', 'S: a OK\r\n'],
  [
    'not before a stored literal is answered',
    false,
    'C: a APPEND x {3+}\r\nabc\r\n',
    'S: * 1 EXISTS\r\n',
  ],
  ['not for a tag that only begins alike', false, 'C: a1 NOOP\r\n', 'S: a12 OK\r\n'],
  ['not amid a command', false, 'C: a NO'],
  ['not amid a response', false, 'S: * 3 EXI'],
  ['not amid a line end', false, 'S: * 3 EXISTS\r'],
  ['not amid a literal of the backend', false, 'S: * 1 FETCH (BODY[] {11}\r\nabc\r\n'],
  ['not before a literal of the backend', false, 'S: * 1 FETCH (BODY[] {11}\r\n'],
  ['not directly after a literal of the backend', false, fetched],
  ['after the line that had a literal', true, fetched, 'S: )\r\n'],
  ['after a line with two literals', true, 'S: * X {3}\r\n}\r\n {2}\r\n\r\n.\r\n'],
  ['not amid the second literal', false, 'S: * X {3}\r\n}\r\n {2}\r\n\r\n'],
  ['not after an empty literal', false, 'S: * X {0}\r\n'],
  ['after a line with an empty literal', true, 'S: * X {0}\r\n)\r\n'],
  ['after a line that only looks like a literal', true, 'S: * OK {x}\r\n', 'S: * OK 5}\r\n'],
  ['not amid a literal of the client', false, 'C: a APPEND x {9+}\r\n', 'C: abc\r\n'],
  ['after a literal of the client', true, 'C: a APPEND x {5+}\r\nabc\r\n\r\n', 'S: a OK\r\n'],
  ['not while the client may send its literal', false, 'C: a APPEND x {5}\r\n', 'S: + go\r\n'],
  [
    'once a literal was refused',
    true,
    'C: a APPEND x {9}\r\n',
    'S: * 1 EXISTS\r\na NO too big\r\n',
  ],
  [
    'not once a literal began, whatever the backend says',
    false,
    'C: a APPEND x {9}\r\n',
    'S: + go\r\n',
    'C: abc',
    'S: a NO too big\r\n',
  ],
  [
    'after a message that says COMPRESS where it begins',
    true,
    'C: a APPEND x {20+}\r\nHow to COMPRESS ',
    'C: 1234\r\n',
    'S: a OK\r\n',
  ],
  ['never after COMPRESS', false, 'C: a compress DEFLATE\r\n', 'S: a OK\r\n'],
  [
    'after a literal that speaks of it',
    true,
    'C: a APPEND x {8+}\r\n',
    'C: COMPRESS',
    'C: \r\n',
    'S: a OK\r\n',
  ],
]

function run(said: readonly string[], cut: (text: string) => readonly string[]): RelayedImap {
  const relayed = new RelayedImap()
  for (const line of said) {
    for (const part of cut(line.slice(3))) {
      const chunk = Buffer.from(part, 'latin1')
      if (line.startsWith('C')) relayed.client(chunk)
      else relayed.backend(chunk)
    }
  }
  return relayed
}

describe('IMAP after the login is idle', () => {
  for (const [when, idle, ...said] of rows) {
    it(when, () => assert.equal(run(said, text => [text]).idle, idle))
    it(`${when}, octet by octet`, () => assert.equal(run(said, text => [...text]).idle, idle))
    it(`${when}, however it is cut`, () => {
      for (let at = 0; at < 40; at++) {
        const relayed = run(said, text => [text.slice(0, at), text.slice(at)])
        assert.equal(relayed.idle, idle, `cut at ${at}`)
      }
    })
  }

  it('not any more once a side has more literals in a chunk than are followed', () => {
    const many = 'S: * X {1}\r\nx'.slice(3).repeat(mostSearches)
    assert.equal(run([`S: ${many}\r\n`], text => [text]).idle, true)
    assert.equal(run([`S: ${many} {1}\r\nx\r\n`, 'S: * OK\r\n'], text => [text]).idle, false)
  })
})

const endings: readonly (readonly [what: string, finished: boolean, ...said: readonly string[]])[] =
  [
    ['LOGOUT', true, 'C: a LOGOUT\r\n'],
    [
      'logout behind another command',
      true,
      'C: a NOOP\r\nb logout\r\n',
      'S: a OK\r\n* BYE\r\nb OK\r\n',
    ],
    ['nothing', false],
    ['another command', false, 'C: a NOOP\r\n', 'S: * BYE\r\n'],
    ['half a line', false, 'C: a LOGOUT'],
    ['a command behind LOGOUT', false, 'C: a LOGOUT\r\nb NOOP\r\n'],
    ['half a command behind LOGOUT', false, 'C: a LOGOUT\r\nb'],
    [
      'a tag with LOGOUT behind it in a literal',
      false,
      'C: a APPEND x {12}\r\n',
      'S: +\r\n',
      'C: a LOGOUT\r\n',
    ],
    ['LOGOUT with words behind it', false, 'C: a LOGOUT x\r\n'],
    ['LOGOUT after COMPRESS', false, 'C: a COMPRESS DEFLATE\r\n', 'S: a OK\r\n', 'C: a LOGOUT\r\n'],
  ]

describe('IMAP after the login has been finished by its client', () => {
  for (const [what, finished, ...said] of endings) {
    const title = `${finished ? 'with' : 'not with'} ${what}`
    it(title, () => assert.equal(run(said, text => [text]).finished, finished))
    it(`${title}, octet by octet`, () =>
      assert.equal(run(said, text => [...text]).finished, finished))
  }
})
