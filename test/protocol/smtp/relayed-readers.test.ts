import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { RelayedSmtp } from '../../../src/protocol/smtp/relayed.ts'
import { cut } from '../../support/noise.ts'
import { type Laxness, SmtpReader, strict } from '../../support/smtp-reader.ts'

const pieces = [
  ...['\r\n', '\n', '\r', '\0', '.', '..', '\r\n.\r\n', '\n.\n', '\r\n.\n', '\r.\r', '\n.\r\n'],
  ...['\r\n.\r', '\0.', ' ', '\t', '\v', '\x00\x00', 'x', 'text\r\n', '\r\n.\r\r\n'],
  ...['NOOP\r\n', 'RSET\r\n', 'EHLO x\r\n', 'HELO x\r\n', 'QUIT\r\n', 'FROB\r\n', 'RSET'],
  ...['MAIL FROM:<a@b>\r\n', 'RCPT TO:<c@d>\r\n', 'DATA\r\n', 'DATA\n', 'data \r\n'],
  ...['BDAT 5\r\n', 'BDAT 30 LAST\r\n', 'BDAT 600\r\n', 'BDAT 0 LAST\r\n', 'BDAT 9'],
  ...['XCLIENT ADDR=1\r\n', 'xclient A=1\n', 'XCLIENT\0 A\r\n', 'STARTTLS\r\n', 'AUTH PLAIN A\r\n'],
  ...['NOOP '.padEnd(510, 'x'), 'x'.repeat(600), 'x'.repeat(1_500), ' '.repeat(3_586)],
]
const message = ['MAIL FROM:<a@b>\r\n', 'RCPT TO:<c@d>\r\n', 'DATA\r\n']

const said = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...pieces).map(piece => [piece]) },
      { weight: 1, arbitrary: fc.constant(message) },
      { weight: 1, arbitrary: fc.constant([...message, 'a\r\n.\r\n']) },
    ),
    { maxLength: 25 },
  )
  .map(parts => Buffer.from(parts.flat().join(''), 'latin1'))

const laxness: fc.Arbitrary<Laxness> = fc.record({
  lf: fc.boolean(),
  cr: fc.boolean(),
  nul: fc.boolean(),
  trim: fc.boolean(),
  cut: fc.constantFrom(512, 2_048, 4_096),
  chunking: fc.boolean(),
  size: fc.constantFrom(40, 700),
})

interface Outcome {
  readonly toBackend: Buffer
  readonly toClient: string
  readonly replies: string
  readonly over: boolean
}

/** Runs a client's octets through the tracker to a server, in pieces, as fast or slow as `pace` says. */
function run(
  server: SmtpReader,
  chunks: readonly Buffer[],
  pace: readonly boolean[],
  lax: Laxness,
): Outcome {
  const offers = lax.chunking ? ['CHUNKING', `SIZE ${lax.size}`] : [`SIZE ${lax.size}`]
  const tracker = new RelayedSmtp({ capabilities: offers, transaction: false })
  const queue = [...chunks]
  const toBackend: Buffer[] = []
  let toClient = ''
  let replies = ''
  let waiting = ''
  for (let turn = 0; ; turn++) {
    const mayRead = queue.length > 0 && !tracker.waiting
    if (!mayRead && waiting === '') break
    let moves: ReturnType<RelayedSmtp['client']>
    if (mayRead && (waiting === '' || (pace[turn % pace.length] ?? true))) {
      moves = tracker.client(queue.shift() ?? Buffer.alloc(0))
    } else {
      const count = 1 + ((turn * 7) % 40)
      moves = tracker.backend(Buffer.from(waiting.slice(0, count), 'latin1'))
      waiting = waiting.slice(count)
    }
    for (const piece of moves.toBackend) {
      toBackend.push(Buffer.from(piece))
      const said = server.read(piece)
      replies += said
      waiting += said
    }
    toClient += Buffer.concat(moves.toClient).toString('latin1')
    if (moves.over) return { toBackend: Buffer.concat(toBackend), toClient, replies, over: true }
  }
  return { toBackend: Buffer.concat(toBackend), toClient, replies, over: false }
}

const cuts = fc.array(fc.nat(), { maxLength: 12 })
const paces = fc.array(fc.boolean(), { minLength: 1, maxLength: 8 })

describe('of what SMTP passes on after the login', () => {
  it('a lax server executes what a strict one would, and no command that must not pass', () => {
    fc.assert(
      fc.property(said, cuts, paces, laxness, (bytes, places, pace, lax) => {
        const server = new SmtpReader(lax)
        const { toBackend } = run(server, cut(bytes, places), pace, lax)
        const reader = new SmtpReader({ ...strict, chunking: lax.chunking, size: lax.size })
        reader.read(toBackend)
        assert.deepEqual(server.executed, reader.executed)
        for (const command of server.executed) {
          assert.doesNotMatch(command, /^\s*(XCLIENT|STARTTLS|AUTH)/i)
        }
      }),
      { numRuns: 3_000 },
    )
  })

  it('the cut and the pace change nothing, unless the session ends', () => {
    fc.assert(
      fc.property(said, cuts, paces, laxness, (bytes, places, pace, lax) => {
        const whole = run(new SmtpReader(lax), [bytes], [true], lax)
        const pieces = run(new SmtpReader(lax), cut(bytes, places), pace, lax)
        if (whole.over || pieces.over) return
        assert.equal(pieces.toBackend.compare(whole.toBackend), 0)
        assert.equal(pieces.toClient, whole.toClient)
      }),
      { numRuns: 1_000 },
    )
  })

  it('a client hears every reply, in its order, and no 2xx that the server did not say', () => {
    const commands = ['NOOP', 'FROB', 'XCLIENT a', 'BDAT 3 LAST\r\nabc', '', 'STARTTLS', 'RSET']
    const session = fc.array(fc.constantFrom(...commands), { maxLength: 19 })
    const none: Laxness = { ...strict, chunking: false }
    fc.assert(
      fc.property(session, cuts, paces, (lines, places, pace) => {
        const bytes = Buffer.from(
          lines
            .map(line => `${line}\r\n`)
            .join('')
            .replaceAll('abc\r\n', 'abc'),
        )
        const { toClient } = run(new SmtpReader(none), cut(bytes, places), pace, none)
        const codes = toClient
          .split('\r\n')
          .slice(0, -1)
          .map(reply => reply.slice(0, 3))
        assert.deepEqual(
          codes,
          lines.map(line => expected.get(line)),
        )
      }),
      { numRuns: 500 },
    )
  })
})

const expected: ReadonlyMap<string, string> = new Map([
  ['NOOP', '250'],
  ['FROB', '500'],
  ['XCLIENT a', '550'],
  ['BDAT 3 LAST\r\nabc', '502'],
  ['', '500'],
  ['STARTTLS', '502'],
  ['RSET', '250'],
])
