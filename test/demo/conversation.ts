import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Answer, Dialogue, Surroundings } from '../../src/demo/dialogue.ts'
import { Framing } from '../../src/demo/framing.ts'
import { demoUsers, openStore, type Store } from '../../src/demo/store.ts'

export const noon = new Date(Date.UTC(2026, 0, 5, 12))

/** One dialogue with its framing, outside any socket: what goes in as latin1 comes out as latin1. */
export interface Conversation {
  readonly store: Store
  /** What the server said since the last call, unasked news included. */
  say(text: string): string
  readonly closed: boolean
}

export type Start = (around: Surroundings) => Dialogue

export function conversation(
  start: Start,
  { store = openStore(demoUsers, 7), split = false } = {},
): Conversation {
  const said: string[] = []
  const dialogue = start({
    ...store,
    host: 'mail-0.demo',
    peer: { address: '127.0.0.1', port: 40_000 },
    now: () => noon,
    push: text => void said.push(text),
  })
  const framing = new Framing()
  let closed = false
  const take = ({ send, close }: Answer) => {
    said.push(...send.map(chunk => (typeof chunk === 'string' ? chunk : chunk.toString('latin1'))))
    closed ||= close === true
  }
  const receiveAll = () => {
    while (!closed) {
      const framed = framing.next(dialogue.wants)
      if (framed.kind === 'more') return
      closed = framed.kind === 'too-long'
      take(framed.kind === 'too-long' ? dialogue.tooLong() : dialogue.receive(framed.input))
    }
  }
  const say = (text: string) => {
    const bytes = Buffer.from(text, 'latin1')
    const size = split ? 1 : Math.max(bytes.length, 1)
    for (let at = 0; at < bytes.length; at += size) {
      framing.push(bytes.subarray(at, at + size))
      receiveAll()
    }
    return said.splice(0).join('')
  }
  said.push(dialogue.greeting)
  return {
    store,
    say,
    get closed() {
      return closed
    },
  }
}

/**
 * Runs a script of `C:` and `S:` lines, whole and octet by octet. A line `S: -` is the end of the
 * connection; `C- ` is a line without its CRLF.
 */
export function dialogue(name: string, start: Start, script: string, prepare?: (s: Store) => void) {
  for (const split of [false, true]) {
    test(`${name}${split ? ', octet by octet' : ''}`, () => {
      const store = openStore(demoUsers, 7)
      prepare?.(store)
      const talk = conversation(start, { store, split })
      let heard = talk.say('')
      const spoken: string[] = []
      const rows = script.split('\n').flatMap(row => (row.trim() === '' ? [] : [row.trimStart()]))
      for (const row of rows) {
        if (row.startsWith('S:')) continue
        spoken.push(...lines(heard), row)
        heard = talk.say(row.startsWith('C-') ? row.slice(3) : `${row.slice(3)}\r\n`)
      }
      spoken.push(...lines(heard), ...(talk.closed ? ['S: -'] : []))
      assert.deepEqual(spoken, rows)
    })
  }
}

function lines(text: string): readonly string[] {
  return text
    .split('\r\n')
    .map(line => `S: ${line}`.trimEnd())
    .slice(0, -1)
}
