import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Body } from '../../../src/protocol/smtp/relayed-body.ts'
import { cut } from '../../support/noise.ts'

interface Read {
  readonly passed: string
  readonly find: 'more' | 'end' | 'ambiguous'
  /** Octets that were read when it was found. */
  readonly at: number
}

function read(chunks: readonly Buffer[]): Read {
  const body = new Body()
  let passed = ''
  let at = 0
  for (const chunk of chunks) {
    const { before, to, find } = body.take(chunk, 0)
    passed += before.toString('latin1') + chunk.toString('latin1', 0, to)
    if (find !== 'more') return { passed, find, at: at + to }
    at += chunk.length
  }
  return { passed, find: 'more', at }
}

function bytes(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

const bodies: readonly (readonly [
  why: string,
  body: string,
  find: Read['find'],
  passed: string,
])[] = [
  ['its end', 'a\r\n.\r\n', 'end', 'a\r\n.\r\n'],
  ['its end at once', '.\r\n', 'end', '.\r\n'],
  ['its first end', 'a\r\n.\r\n.\r\n', 'end', 'a\r\n.\r\n'],
  ['its end behind an empty line', '\r\n\r\n.\r\n', 'end', '\r\n\r\n.\r\n'],
  ['its end behind a bare CR', 'a\r\r\n.\r\n', 'end', 'a\r\r\n.\r\n'],
  ['no end in a stuffed dot', 'a\r\n..\r\nb', 'more', 'a\r\n..\r\nb'],
  ['no end in a dot and a text', 'a\r\n.b\r\n.c', 'more', 'a\r\n.b\r\n.c'],
  ['no end in a dot at the end of a line', 'a.\r\nb.\nc.\r', 'more', 'a.\r\nb.\nc.\r'],
  ['bare LF far from dots', 'a\nb\n\nc\r\n', 'more', 'a\nb\n\nc\r\n'],
  ['bare LF before a dot and a text', 'a\n.b', 'more', 'a\n.b'],
  ['bare CR and NUL far from dots', 'a\rb\0c\r\0', 'more', 'a\rb\0c\r\0'],
  ['NUL around a dot in a line', 'a\0.\0\r\n', 'more', 'a\0.\0\r\n'],
  ['octets of all kinds', 'é\xff\x80\x1a\x7f', 'more', 'é\xff\x80\x1a\x7f'],
  ['LF . LF', 'a\n.\nb', 'ambiguous', 'a\n'],
  ['LF . CRLF', 'a\n.\r\nb', 'ambiguous', 'a\n'],
  ['CRLF . LF', 'a\r\n.\nb', 'ambiguous', 'a\r\n'],
  ['CRLF . CR', 'a\r\n.\rb', 'ambiguous', 'a\r\n'],
  ['CRLF . CR CRLF', 'a\r\n.\r\r\nb', 'ambiguous', 'a\r\n'],
  ['CR . CR', 'a\r.\rb', 'ambiguous', 'a\r'],
  ['CR . CRLF', 'a\r.\r\nb', 'ambiguous', 'a\r'],
  ['CR . LF', 'a\r.\nb', 'ambiguous', 'a\r'],
  ['LF . CR', 'a\n.\rb', 'ambiguous', 'a\n'],
  ['. LF at once', '.\nb', 'ambiguous', ''],
  ['CRLF NUL . CRLF', 'a\r\n\0.\r\n', 'ambiguous', 'a\r\n\0'],
  ['CRLF . NUL CRLF', 'a\r\n.\0\r\n', 'ambiguous', 'a\r\n'],
  ['CRLF . CR NUL LF', 'a\r\n.\r\0\n', 'ambiguous', 'a\r\n'],
  ['CR NUL LF . CRLF', 'a\r\0\n.\r\n', 'ambiguous', 'a\r\0\n'],
  ['LF NULs . LF', 'a\n\0\0\0.\n', 'ambiguous', 'a\n\0\0\0'],
  ['a dot whose line did not go on', 'a\r\n.', 'more', 'a\r\n'],
  ['a dot and a CR that did not go on', 'a\r\n.\r', 'more', 'a\r\n'],
]

describe('in a body behind DATA', () => {
  for (const [why, body, find, passed] of bodies) {
    const does = { more: 'is seen', end: 'is found', ambiguous: 'is never passed on' }[find]
    it(`${why} ${does}, however it is cut`, () => {
      const at = find === 'end' ? passed.length : undefined
      for (let first = 0; first <= body.length; first++) {
        for (let second = first; second <= body.length; second++) {
          const cuts = [body.slice(0, first), body.slice(first, second), body.slice(second)]
          const got = read(cuts.map(bytes))
          assert.deepEqual([got.find, got.passed], [find, passed], JSON.stringify(cuts))
          if (at !== undefined) assert.equal(got.at, at)
        }
      }
    })
  }

  it('each octet is judged as one that looks at them one by one would', () => {
    const pieces = ['.', '\r', '\n', '\0', '\r\n', '\r\n.\r\n', 'a', '\0\0\0\0', 'abcdefgh', '..']
    const octets = fc.array(fc.constantFrom(...pieces), { maxLength: 30 })
    fc.assert(
      fc.property(octets, fc.array(fc.nat(), { maxLength: 6 }), (parts, places) => {
        const body = bytes(parts.join(''))
        const { passed, find } = read(cut(body, places))
        assert.deepEqual({ passed, find }, oneByOne(body.toString('latin1')))
      }),
      { numRuns: 2_000 },
    )
  })

  it('runs of NULs and stuffed dots are read in time that grows with their length only', () => {
    for (const piece of ['\0', '\0.', 'a\0\0.', '..', '\r\n..', '\n..\n', 'a\n\0']) {
      const chunk = bytes(piece.repeat(400_000 / piece.length))
      const began = performance.now()
      new Body().take(bytes(`x${chunk.toString('latin1')}`), 0)
      assert.ok(performance.now() - began < 1_000, JSON.stringify(piece))
    }
  })
})

/** The rule, said another way: what stands around each dot, NULs left out. */
function oneByOne(body: string): { passed: string; find: Read['find'] } {
  const text = `\r\n${body}`
  for (let dot = text.indexOf('.'); dot >= 0; dot = text.indexOf('.', dot + 1)) {
    const before = text.slice(0, dot).replace(/\0+$/, '')
    if (!/[\r\n]$/.test(before)) continue
    const after = text.slice(dot + 1)
    const passed = text.slice(2, dot)
    const nuls = before.length < dot
    const exact = !nuls && before.endsWith('\r\n')
    if (!nuls && (after === '' || (exact && after === '\r'))) return { passed, find: 'more' }
    if (exact && after.startsWith('\r\n')) return { passed: `${passed}.\r\n`, find: 'end' }
    if (nuls || /^[\r\n\0]/.test(after)) return { passed, find: 'ambiguous' }
  }
  return { passed: body, find: 'more' }
}
