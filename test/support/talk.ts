import type { Attempt, Front, Step } from '../../src/protocol/protocol.ts'
import { protocols } from '../../src/protocol/protocols.ts'
import type { Dialogue } from './dialogue.ts'

/**
 * A session on the pure protocol: it cuts what the client says as the front wants it, and writes
 * down what the client hears, one line each, as dialogues are written.
 */
export class Talk {
  readonly heard: string[] = []
  /** How often the front was asked what to do. */
  steps = 0
  readonly #dialogue: Dialogue
  readonly #judge: (attempt: number) => 'refused' | 'relayed'
  #front: Front
  #held = Buffer.alloc(0)
  #attempts = 0
  #phase: 'talking' | 'shaking' | 'over' = 'talking'

  constructor(dialogue: Dialogue, judge: (attempt: number) => 'refused' | 'relayed') {
    this.#dialogue = dialogue
    this.#judge = judge
    const { salt, secure, settings } = dialogue
    const door = protocols[dialogue.protocol].door(settings)
    const { text, next } = door.greet({ secure, salt: door.salted ? salt : '' })
    this.#front = next
    this.#say(text)
  }

  /** Octets that wait for the rest of a line or literal. */
  get held(): number {
    return this.#held.length
  }

  hear(bytes: Buffer): void {
    if (this.#phase !== 'talking') return
    this.#held = Buffer.concat([this.#held, bytes])
    for (let input = this.#take(); input; input = this.#take()) {
      const step = input === 'too long' ? this.#front.tooLong() : this.#receive(input)
      this.#do(step)
    }
  }

  /** The handshake that a `starttls` step asked for. */
  shake(): void {
    if (this.#phase === 'shaking') this.#phase = 'talking'
  }

  #receive(input: Buffer): Step {
    const step = this.#front.receive(input)
    input.fill(0)
    return step
  }

  #take(): Buffer | 'too long' | undefined {
    if (this.#phase !== 'talking') return undefined
    const { wants } = this.#front
    if (wants.kind === 'octets') {
      return this.#held.length < wants.count ? undefined : this.#cut(wants.count, wants.count)
    }
    const end = this.#held.indexOf('\n')
    if (end < 0) {
      const whole = this.#held.at(-1) === 0x0d ? this.#held.length - 1 : this.#held.length
      return whole > wants.atMost ? 'too long' : undefined
    }
    const length = this.#held[end - 1] === 0x0d ? end - 1 : end
    return length > wants.atMost ? 'too long' : this.#cut(length, end + 1)
  }

  #cut(length: number, through: number): Buffer {
    const input = Buffer.from(this.#held.subarray(0, length))
    this.#held = this.#held.subarray(through)
    return input
  }

  #do(step: Step): void {
    this.steps++
    switch (step.do) {
      case 'reply':
        this.#say(step.text, step.fault)
        this.#front = step.next
        break
      case 'starttls':
        this.#say(step.text)
        this.#note('TLS', 'shaking')
        this.#front = step.next
        break
      case 'authenticate':
        this.#attempt(step.attempt)
        this.#front = step.next
        break
      case 'close':
        this.#say(step.text)
        this.#note('END', 'over')
    }
  }

  #attempt(attempt: Attempt): void {
    const outcome = this.#judge(this.#attempts++)
    this.heard.push(`A: ${described(attempt)} ${outcome}`)
    if (outcome === 'relayed') this.#phase = 'over'
    else this.#say(protocols[this.#dialogue.protocol].words.refused(attempt))
  }

  #note(line: 'TLS' | 'END', phase: 'shaking' | 'over'): void {
    this.heard.push(line)
    this.#phase = phase
    this.#held = Buffer.alloc(0)
  }

  #say(text: string, fault?: true): void {
    if (text === '') return
    const lines = text.split('\r\n').slice(0, -1)
    this.heard.push(...lines.map(line => `${fault ? 'S!' : 'S'}: ${line}`))
  }
}

function described(attempt: Attempt): string {
  const { greeted } = attempt
  const words: readonly (string | undefined)[] = [
    attempt.mechanism,
    quoted(attempt.login),
    quoted(attempt.password),
    attempt.salt || undefined,
    attempt.tag && `tag=${attempt.tag}`,
    greeted && `${greeted.verb}=${greeted.name}`,
    attempt.mail && `mail=${quoted(attempt.mail)}`,
    attempt.rcpt && `rcpt=${quoted(attempt.rcpt)}`,
  ]
  return words.filter(word => word).join(' ')
}

function quoted(bytes: Buffer): string {
  return JSON.stringify(bytes.toString('latin1'))
}
