import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Lines, type Wanted } from '../../src/wire/lines.ts'

const line = (atMost = 100): Wanted => ({ kind: 'line', atMost })

/** What a peer who sends `chunks` is seen to have said, line by line. */
function said(chunks: readonly string[], atMost = 100): string[] {
  const lines = new Lines()
  const found: string[] = []
  for (const chunk of chunks) {
    lines.feed(Buffer.from(chunk, 'latin1'))
    for (;;) {
      const piece = lines.take(line(atMost))
      if (piece === undefined) break
      found.push(piece === 'too-long' ? piece : piece.toString('latin1'))
      if (piece === 'too-long') return found
    }
  }
  return found
}

describe('lines', () => {
  const rows: readonly [title: string, chunks: readonly string[], wanted: readonly string[]][] = [
    ['a line ends with CRLF', ['NOOP\r\n'], ['NOOP']],
    ['a line ends with a bare LF, too', ['NOOP\nQUIT\n'], ['NOOP', 'QUIT']],
    ['a CR that ends no line stays in it', ['a\rb\r\n'], ['a\rb']],
    ['only one CR is taken off the end', ['a\r\r\n'], ['a\r']],
    ['an empty line is a line', ['\r\n\n'], ['', '']],
    ['a line may come in pieces', ['NO', 'OP\r', '\nQU', 'IT\r\n'], ['NOOP', 'QUIT']],
    ['what has no end yet is not given out', ['NOOP'], []],
  ]
  for (const [title, chunks, wanted] of rows) {
    it(title, () => assert.deepEqual(said(chunks), wanted))
  }

  it('takes a line of exactly the allowed length, and not one octet more', () => {
    assert.deepEqual(said(['12345\r\n'], 5), ['12345'])
    assert.deepEqual(said(['123456\r\n'], 5), ['too-long'])
  })

  it('finds a line too long before its end has come', () => {
    assert.deepEqual(said(['12345', '\r'], 5), [])
    assert.deepEqual(said(['1234567'], 5), ['too-long'])
  })

  it('gives out counted octets, line ends included', () => {
    const lines = new Lines()
    lines.feed(Buffer.from('ab\r\ncd'))
    assert.equal(lines.take({ kind: 'octets', count: 5 })?.toString(), 'ab\r\nc')
    assert.equal(lines.take({ kind: 'octets', count: 2 }), undefined)
    assert.equal(lines.take({ kind: 'octets', count: 0 })?.length, 0)
  })

  it('zeroes what was given out when the next piece is asked for', () => {
    const lines = new Lines()
    lines.feed(Buffer.from('PASS secret\r\nQUIT\r\n'))
    const password = lines.take(line())
    assert.ok(Buffer.isBuffer(password))
    lines.take(line())
    assert.ok(password.every(octet => octet === 0))
  })

  it('forgets what was not taken when told to', () => {
    const lines = new Lines()
    lines.feed(Buffer.from('STLS\r\nUSER injected\r\n'))
    lines.take(line())
    lines.drop()
    assert.equal(lines.length, 0)
    assert.equal(lines.take(line()), undefined)
  })

  it('gives back all that was not taken', () => {
    const lines = new Lines()
    lines.feed(Buffer.from('one\r\ntwo\r\nthr'))
    lines.take(line())
    assert.equal(lines.rest().toString(), 'two\r\nthr')
  })

  it('sees the same lines however they are split', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[ -~\r]{0,8}$/), { maxLength: 6 }),
        fc.array(fc.nat(60), { maxLength: 8 }),
        (texts, cuts) => {
          const whole = texts.map(text => `${text}\r\n`).join('')
          const at = [...new Set(cuts.filter(cut => cut < whole.length))].sort((a, b) => a - b)
          const pieces = [0, ...at].map((from, index) => whole.slice(from, at[index]))
          assert.deepEqual(said(pieces), said([whole]))
        },
      ),
    )
  })
})

it('a line comes with its end where that is asked for, which does not count for its length', () => {
  for (const said of ['ab\r\n', 'ab\n']) {
    const lines = new Lines()
    lines.feed(Buffer.from(`${said}c`))
    assert.equal(String(lines.take({ kind: 'line', atMost: 2, withEnd: true })), said)
    assert.equal(String(lines.rest()), 'c')
  }
})
