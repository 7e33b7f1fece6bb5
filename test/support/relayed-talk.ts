import assert from 'node:assert/strict'
import { RelayedSmtp } from '../../src/protocol/smtp/relayed.ts'
import type { Moves } from '../../src/words/relayed.ts'

/** A message up to its body. */
export const envelope = `
  C: MAIL FROM:<a@example.org>
  b: MAIL FROM:<a@example.org>
  B: 250 2.1.0 Ok
  c: 250 2.1.0 Ok
  C: RCPT TO:<b@example.com>
  b: RCPT TO:<b@example.com>
  B: 250 2.1.5 Ok
  c: 250 2.1.5 Ok
  C: DATA
  b: DATA
  B: 354 End data with <CR><LF>.<CR><LF>
  c: 354 End data with <CR><LF>.<CR><LF>`

export interface Setting {
  readonly capabilities?: readonly string[]
  readonly transaction?: boolean
}

/**
 * A dialogue of a client and a backend on both sides of the tracker, one line each:
 *
 *   C: what the client sends       b: what the backend must get
 *   B: what the backend sends      c: what the client must get
 *
 * Lines end with CRLF unless the last is `\`; `\r`, `\n`, `\0`, `\t`, `\v` and `\xHH` are what they are
 * in a program. Lines of one side that stand together are sent in one piece, or, `split`, octet by
 * octet. `over`: the session is over. Nothing may arrive that the dialogue does not have.
 */
export function talk(script: string, setting: Setting = {}, split = false): RelayedSmtp {
  const tracker = new RelayedSmtp({
    capabilities: setting.capabilities,
    transaction: setting.transaction ?? false,
  })
  const got = { b: '', c: '', over: false }
  const take = (moves: Moves) => {
    got.b += Buffer.concat(moves.toBackend).toString('latin1')
    got.c += Buffer.concat(moves.toClient).toString('latin1')
    got.over = moves.over !== undefined
  }
  const send = (side: string, text: string) => {
    const bytes = Buffer.from(text, 'latin1')
    const chunks = split ? Array.from(bytes, octet => Buffer.of(octet)) : [bytes]
    for (const chunk of chunks) take(side === 'C' ? tracker.client(chunk) : tracker.backend(chunk))
  }
  for (const [side, text] of steps(script)) {
    if (side === 'b' || side === 'c') {
      assert.equal(got[side].slice(0, text.length), text, script)
      got[side] = got[side].slice(text.length)
    } else {
      assert.deepEqual([got.b, got.c], ['', ''], `before ${side}: ${text}`)
      if (side === 'over') assert.ok(got.over, 'the session goes on')
      else if (side === 'END') take(tracker.backendEnded())
      else send(side, text)
    }
  }
  assert.deepEqual([got.b, got.c], ['', ''], 'at the end')
  return tracker
}

function steps(script: string): readonly (readonly [side: string, text: string])[] {
  const joined: [string, string][] = []
  const lines = script.split('\n').map(line => line.trim())
  for (const line of lines.filter(text => text !== '')) {
    const [, side = line, said = ''] = /^([BCbc]): ?(.*)$/.exec(line) ?? []
    const text = said.endsWith('\\') ? decoded(said.slice(0, -1)) : `${decoded(said)}\r\n`
    const before = joined.at(-1)
    if (before?.[0] === side) before[1] += text
    else joined.push([side, text])
  }
  return joined
}

function decoded(text: string): string {
  const named: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', v: '\v', 0: '\0' }
  return text.replaceAll(/\\(?:x(..)|([rntv0]))/g, (_, hex, name) =>
    hex ? String.fromCharCode(Number.parseInt(hex, 16)) : (named[name] ?? ''),
  )
}
