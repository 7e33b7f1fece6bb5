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

  it('gives back what was lent, of which nothing that was taken stays and nothing else is lost', () => {
    const lines = new Lines()
    const lent = Buffer.from('PASS secret\r\nQUIT\r\nNO')
    lines.feed(lent, true)
    const password = lines.take(line())
    assert.ok(Buffer.isBuffer(password))
    assert.equal(password.buffer, lent.buffer)
    lines.settle()
    assert.ok(lent.every(octet => octet === 0))
    lent.fill('x')
    assert.equal(lines.take(line())?.toString(), 'QUIT')
    lines.feed(Buffer.from('OP\r\n'), true)
    assert.equal(lines.take(line())?.toString(), 'NOOP')
  })

  it('gives back what was lent when nobody reads on', () => {
    const lines = new Lines()
    const lent = Buffer.from('one\r\ntwo')
    lines.feed(lent, true)
    lines.take(line())
    const rest = lines.rest()
    assert.ok(lent.every(octet => octet === 0))
    assert.equal(rest.toString(), 'two')
  })

  it('zeroes what was lent behind something that waits', () => {
    const lines = new Lines()
    lines.feed(Buffer.from('PASS '))
    const lent = Buffer.from('secret\r\n')
    lines.feed(lent, true)
    assert.ok(lent.every(octet => octet === 0))
    assert.equal(lines.take(line())?.toString(), 'PASS secret')
  })

  it('sees the same lines whether chunks are given or lent', () => {
    const chunk = fc.record({
      text: fc.stringMatching(/^[a-c\r\n]{0,8}$/),
      lent: fc.boolean(),
      takes: fc.nat(3),
      settles: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 8 }), chunks => {
        const read = (lends: boolean) => {
          const lines = new Lines()
          const found: string[] = []
          for (const { text, lent, takes, settles } of chunks) {
            const octets = Buffer.from(text)
            lines.feed(octets, lends && lent)
            for (let count = 0; count < takes; count++) found.push(String(lines.take(line())))
            if (settles || (lends && lent)) lines.settle()
            if (lends && lent) octets.fill('x')
          }
          return [...found, lines.rest().toString()]
        }
        assert.deepEqual(read(true), read(false))
      }),
    )
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
