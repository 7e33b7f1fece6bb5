import { connect } from 'node:net'
import type { Answer } from './answer.ts'
import { errorCode } from './error-code.ts'
import { socketPath, socketPathFault } from './layout.ts'
import { readLine } from './line.ts'
import { parseAnswer } from './parse-answer.ts'

/** No relay answered; `reason` finishes the sentence "no answer from the relay: …". */
export interface Unreachable {
  readonly kind: 'unreachable'
  readonly reason: string
}

/** Octets of an answer: ten thousand listeners with a reason each. */
const answerCap = 4 * 1024 * 1024

/** How long a relay may take over one answer: it opens every listener and reads every key first. */
const answerDeadline = 30_000

const reasons: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'none runs'],
  ['ECONNREFUSED', 'none runs'],
  ['EACCES', 'its socket belongs to another user'],
])

/** Asks the relay of a folder to apply a generation. Never rejects. */
export async function ask(
  dir: string,
  generation: string,
  { signal, deadline = answerDeadline }: { signal?: AbortSignal; deadline?: number } = {},
): Promise<Answer | Unreachable> {
  const fault = socketPathFault(dir)
  if (fault) return unreachable(fault)
  if (signal?.aborted) return unreachable('no longer wanted')

  const socket = connect(socketPath(dir))
  const end = (why: string) => () => socket.destroy(new Error(why))
  const late = setTimeout(end(`none came within ${deadline} ms`), deadline)
  const abandon = end('no longer wanted')
  signal?.addEventListener('abort', abandon)
  try {
    const line = readLine(socket, answerCap)
    let code = ''
    socket.on('error', error => {
      code = errorCode(error)
    })
    socket.write(`${JSON.stringify({ apply: generation })}\n`)
    const read = await line
    if (read.kind === 'none') return unreachable(reasons.get(code) ?? read.reason)
    const answer = parseAnswer(read.text)
    if (answer?.generation !== generation) return unreachable('what it said is no answer')
    return answer
  } finally {
    clearTimeout(late)
    signal?.removeEventListener('abort', abandon)
    socket.destroy()
  }
}

const unreachable = (reason: string): Unreachable => ({ kind: 'unreachable', reason })
