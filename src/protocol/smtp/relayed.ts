import type { Moves, Over, Tracker } from '../../words/relayed.ts'
import { copied } from '../octets.ts'
import { findLf } from './line-end.ts'
import { Body } from './relayed-body.ts'
import { type Judged, judge, maxEnvelope, refusals } from './relayed-command.ts'
import { Pieces } from './relayed-pieces.ts'
import { type Fault, type Owed, Replies, type Told } from './relayed-replies.ts'
import { Transaction } from './relayed-transaction.ts'

/**
 * SMTP between the login and the end (RFC 5321, 2920 pipelining, 3030 BDAT): knows at every octet
 * whether the backend will take it for a command or for content, so that no command reaches it that
 * was not seen here. Commands that a client must not say are answered here, in their place.
 *
 * - Nothing is read behind DATA, EHLO and HELO until the backend answered: what follows a refused
 *   DATA are commands.
 * - Content flows without work per octet; `relayed-body.ts` says what of it is refused, and how.
 * - A reply that nobody asked for means that the backend sees other commands than we do, or leaves:
 *   the session ends.
 *
 * Does no I/O: octets of either side in, octets for either side out. Views of what came are given
 * out and, while the client has to wait, kept: it must be the caller's to give away.
 */
/** Replies that a client may be owed before no more of its commands are read. */
export const mostOwed = 256
/** Commands that are refused before the session ends. */
export const mostRefused = 20

const farewells = {
  body: '550 5.5.2 Bare CR, LF or NUL beside a dot\r\n',
  refused: '421 4.7.0 Too many refused commands\r\n',
  fault: '421 4.3.0 Mail server error\r\n',
  lost: '421 4.4.2 Connection to the mail server was lost\r\n',
} as const

type Mode =
  | { readonly kind: 'commands' }
  /** The rest of a line that was refused as too long. */
  | { readonly kind: 'long-line' }
  | { readonly kind: 'body'; readonly body: Body }
  /** Octets of a chunk that are still to come; `owes`: they pass. */
  | { readonly kind: 'chunk'; readonly left: number; readonly owes: Owed | undefined }

const commands: Mode = { kind: 'commands' }
/** Commands behind which nothing is read until they are answered. */
const last: ReadonlySet<Owed> = new Set(['data', 'hello', 'extended-hello'])
const cr = 0x0d
const nothing = Buffer.alloc(0)
const crlf = Buffer.from('\r\n')

export class RelayedSmtp implements Tracker, Told {
  readonly kind = 'tracker'
  readonly #toBackend = new Pieces()
  readonly #toClient = new Pieces()
  readonly #replies = new Replies(this.#toClient)
  readonly #transaction: Transaction
  #mode: Mode = commands
  /** What the client sent and was not read yet: a part of a line, or what must wait. */
  #held: Buffer = nothing
  /** A command of `last` is under way. */
  #awaiting = false
  /** What is held waits for answers. */
  #waiting = false
  #refused = 0
  /** The last reply was the one to QUIT. */
  #quit = false
  #over: Over | undefined

  /** `capabilities` are those of the backend's last EHLO; `transaction`: MAIL and RCPT were said. */
  constructor(session: {
    readonly capabilities: readonly string[] | undefined
    readonly transaction: boolean
  }) {
    this.#transaction = new Transaction(session.transaction, session.capabilities)
  }

  get waiting(): boolean {
    return this.#waiting
  }

  get over(): Over | undefined {
    return this.#over
  }

  /** Whether nothing is under way, so that the session may be ended with a 421 of ours. */
  get idle(): boolean {
    const between = this.#mode === commands && this.#held.length === 0 && !this.#transaction.open
    return between && this.#replies.idle && this.#over === undefined
  }

  get finished(): boolean {
    return this.#quit && this.idle
  }

  client(chunk: Buffer): Moves {
    if (this.#over === undefined) {
      this.#held = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk
      this.#read()
    }
    return this.#moves()
  }

  backend(chunk: Buffer): Moves {
    if (this.#over !== undefined) return this.#moves()
    const fault = this.#replies.receive(chunk, this)
    if (fault) this.#end('reply out of turn', fault === 'malformed' ? farewells.fault : '')
    else this.#read()
    return this.#moves()
  }

  /** The backend sends no more: a client that is owed a reply is told that there will be none. */
  backendEnded(): Moves {
    const owing = !this.#replies.idle || this.#mode.kind === 'body' || this.#mode.kind === 'chunk'
    if (owing && this.#over === undefined) this.#end('reply out of turn', farewells.lost)
    return this.#moves()
  }

  #moves(): Moves {
    const over = this.#over
    return { toBackend: this.#toBackend.take(), toClient: this.#toClient.take(), over }
  }

  #end(over: Over, text: string): void {
    this.#over = over
    this.#held = nothing
    this.#waiting = false
    this.#toClient.add(Buffer.from(text, 'latin1'))
  }

  /** Reads what the client sent as far as it may be read. */
  #read(): void {
    const input = this.#held
    this.#waiting = false
    let at = 0
    while (at < input.length) {
      const next = this.#step(input, at)
      if (this.#over !== undefined) return
      if (next === undefined) break
      at = next
    }
    // A part of a line is copied, so that it does not keep the whole chunk.
    const left = input.length - at
    if (left === 0) this.#held = nothing
    else this.#held = left > maxEnvelope + 1 ? input.subarray(at) : copied(input, at, input.length)
    if (this.#refused >= mostRefused && this.#replies.length === 0) {
      this.#end('too many refused commands', farewells.refused)
    }
  }

  /** Reads on from `at`; `undefined` where that has to wait. */
  #step(input: Buffer, at: number): number | undefined {
    const mode = this.#mode
    switch (mode.kind) {
      case 'commands':
        return this.#command(input, at)
      case 'long-line':
        return this.#longLine(input, at)
      case 'body':
        return this.#body(mode.body, input, at)
      case 'chunk':
        return this.#chunk(mode.left, mode.owes, input, at)
    }
  }

  #command(input: Buffer, at: number): number | undefined {
    const full = this.#replies.length >= mostOwed || this.#refused >= mostRefused
    if (this.#awaiting || full) return this.#wait()
    const end = findLf(input, at)
    if (end < 0) {
      // A line as long as allowed may still wait for its CR and LF.
      if (input.length - at <= maxEnvelope + 1) return undefined
      this.#mode = { kind: 'long-line' }
      this.#refuse(refusals.tooLong)
      return input.length
    }
    const ended = end > at && input[end - 1] === cr ? end - 1 : end
    const judged = judge(input, at, ended)
    if (judged.do === 'chunk') return this.#bdat(judged, input, at, ended, end + 1)
    if (judged.do === 'refuse') this.#refuse(judged.text)
    else {
      this.#pass(input, at, ended)
      this.#owe(judged.owes)
      this.#awaiting = last.has(judged.owes)
    }
    return end + 1
  }

  #wait(): undefined {
    this.#waiting = true
  }

  /** Every line goes out with CRLF, so that no server sees other lines than we do. */
  #pass(input: Buffer, from: number, to: number): void {
    if (input[to] === cr) this.#toBackend.pass(input, from, to + 2)
    else {
      this.#toBackend.pass(input, from, to)
      this.#toBackend.add(crlf)
    }
  }

  #owe(owed: Owed): void {
    this.#replies.owe(owed)
    this.#transaction.sent(owed)
  }

  #refuse(text: string): void {
    this.#refused++
    this.#replies.answer(text)
  }

  /** `undefined` where it is not known yet what message the chunk is a part of. */
  #bdat(
    { octets, last }: Extract<Judged, { do: 'chunk' }>,
    input: Buffer,
    from: number,
    ended: number,
    to: number,
  ): number | undefined {
    if (this.#transaction.uncertain) return this.#wait()
    const refusal = this.#transaction.chunk(octets)
    if (refusal !== undefined) this.#replies.answer(refusal)
    else this.#pass(input, from, ended)
    const owes = last ? 'last-chunk' : 'chunk'
    return this.#chunk(octets, refusal === undefined ? owes : undefined, input, to)
  }

  /** A reply before the last octet of a chunk is one that nobody asked for. */
  #chunk(octets: number, owes: Owed | undefined, input: Buffer, at: number): number {
    const to = Math.min(input.length, at + octets)
    if (owes) this.#toBackend.pass(input, at, to)
    const left = octets - (to - at)
    this.#mode = left > 0 ? { kind: 'chunk', left, owes } : commands
    if (left === 0 && owes) this.#owe(owes)
    return to
  }

  #longLine(input: Buffer, at: number): number {
    const end = findLf(input, at)
    if (end < 0) return input.length
    this.#mode = commands
    return end + 1
  }

  #body(body: Body, input: Buffer, at: number): number {
    const { before, to, find } = body.take(input, at)
    this.#toBackend.add(before)
    this.#toBackend.pass(input, at, to)
    if (find === 'ambiguous') this.#end('ambiguous body', farewells.body)
    if (find !== 'end') return input.length
    this.#mode = commands
    this.#owe('end-of-data')
    return to
  }

  /** A reply of the backend ended. */
  answered(owed: Owed, code: number, texts: readonly string[]): Fault | undefined {
    this.#transaction.answered(owed, code, texts)
    this.#quit = owed === 'goodbye'
    if (last.has(owed)) this.#awaiting = false
    if (code < 300 || code >= 400) return undefined
    // 3xx asks for content: behind DATA we know its end, behind anything else we do not.
    if (owed !== 'data') return 'malformed'
    this.#mode = { kind: 'body', body: new Body() }
    return undefined
  }
}
