import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Framing } from '../../src/demo/framing.ts'

const line = { kind: 'line', atMost: 10 } as const

function read(chunks: readonly Buffer[]): readonly string[] {
  const framing = new Framing()
  const found: string[] = []
  for (const chunk of chunks) {
    framing.push(chunk)
    for (let one = framing.next(line); one.kind !== 'more'; one = framing.next(line)) {
      found.push(one.kind === 'input' ? one.input.toString('latin1') : one.kind)
      if (one.kind === 'too-long') return found
    }
  }
  return found
}

test('cuts the same lines from any split', () => {
  const text = fc
    .array(fc.constantFrom('a', 'bc', '\r', '\n', '\r\n', 'line\r\n'))
    .map(t => t.join(''))
  fc.assert(
    fc.property(text, fc.array(fc.nat(20)), (whole, cuts) => {
      const bytes = Buffer.from(whole)
      const ends = [...cuts.map(cut => cut % (bytes.length + 1)), bytes.length].sort(
        (a, b) => a - b,
      )
      const chunks = ends.map((end, at) => bytes.subarray(ends[at - 1] ?? 0, end))
      assert.deepEqual(read(chunks), read([bytes]))
    }),
    { numRuns: 200 },
  )
})

test('a line may be as long as it may, whether its end has come or not', () => {
  assert.deepEqual(read([Buffer.from('0123456789\r\n')]), ['0123456789'])
  assert.deepEqual(read([Buffer.from('01234567890\r\n')]), ['too-long'])
  assert.deepEqual(read([Buffer.from('0123456789ab')]), ['too-long'])
})

test('counted octets may hold line ends, and lines go on behind them', () => {
  const framing = new Framing()
  framing.push(Buffer.from('a\r\n'))
  assert.deepEqual(framing.next({ kind: 'octets', count: 5 }), { kind: 'more' })
  framing.push(Buffer.from('bcdef\r\n'))
  assert.deepEqual(framing.next({ kind: 'octets', count: 5 }), {
    kind: 'input',
    input: Buffer.from('a\r\nbc'),
  })
  assert.deepEqual(framing.next(line), { kind: 'input', input: Buffer.from('def') })
})

test('a raw line keeps its end, be it CRLF or LF', () => {
  const framing = new Framing()
  framing.push(Buffer.from('a\r\nb\n'))
  const wanted = ['a\r\n', 'b\n']
  for (const text of wanted) {
    assert.deepEqual(framing.next({ kind: 'raw-line', atMost: 10 }), {
      kind: 'input',
      input: Buffer.from(text),
    })
  }
})
