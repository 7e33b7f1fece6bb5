import { Buffer } from 'node:buffer'
import type { ServerSettings } from '../config/config.ts'
import type { Attempt, Front, Step } from '../protocol/protocol.ts'
import type { Input, Stop, Wire } from '../wire/wire.ts'
import type { Record } from './record.ts'
import type { RelayMetrics } from './shared.ts'

/** Octets of replies that are gathered before they are written, while a client pipelines. */
const mostGathered = 4_096

/** Who does what a conversation cannot do itself. */
export interface Host {
  /** Does the handshake that a `starttls` step asked for; whether it went well. */
  secure(): Promise<boolean>
  /** Judges an attempt; whether the conversation goes on. */
  authenticate(attempt: Attempt): Promise<boolean>
}

export interface Circumstances {
  readonly wire: Wire
  readonly record: Record
  readonly metrics: RelayMetrics
  readonly settings: Pick<ServerSettings, 'max_errors' | 'max_commands'>
  readonly host: Host
}

/**
 * The commands of a client up to its login: the front decides, this says it. Replies to a client
 * that pipelines go out together, before anything is waited for.
 */
export class Conversation {
  readonly #with: Circumstances
  #said = ''
  #taken = 0

  constructor(circumstances: Circumstances) {
    this.#with = circumstances
  }

  /** Runs until we have no more to say (`undefined`) or the client cannot be heard any more. */
  async run(first: Front): Promise<Stop | undefined> {
    let front: Front | undefined = first
    while (front) {
      const input = this.#next(front)
      if (input === undefined) {
        await this.#wait()
        continue
      }
      if (input !== 'too-long' && !Buffer.isBuffer(input)) {
        this.#flush()
        return input
      }
      const step = this.#step(front, input)
      if (step.do === 'reply') front = this.#reply(step)
      else if (step.do === 'close') {
        this.#said += step.text
        front = undefined
      } else front = (await this.#goesOn(step)) ? step.next : undefined
    }
    this.#flush()
    return undefined
  }

  /** What was taken is gone once more arrives: nothing is taken before it can be answered. */
  #next(front: Front): Input | undefined {
    return this.#full ? undefined : this.#with.wire.take(front.wants)
  }

  get #full(): boolean {
    return this.#said.length > mostGathered
  }

  /** Says what was gathered, and waits until the client has taken it and there may be more of it. */
  #wait(): Promise<unknown> | undefined {
    const { wire } = this.#with
    const full = this.#full
    this.#flush()
    return wire.whenDrained() ?? (full ? undefined : wire.more())
  }

  #reply(step: Extract<Step, { do: 'reply' }>): Front | undefined {
    this.#said += step.text
    return this.#tolerates(step.fault) ? step.next : undefined
  }

  /** Does what takes its time; whether the conversation goes on. */
  #goesOn(step: Extract<Step, { do: 'starttls' | 'authenticate' }>): Promise<boolean> {
    if (step.do === 'starttls') this.#said += step.text
    this.#flush()
    const { host } = this.#with
    return step.do === 'starttls' ? host.secure() : host.authenticate(step.attempt)
  }

  #step(front: Front, input: Buffer | 'too-long'): Step {
    const tooMany = this.#taken++ >= this.#with.settings.max_commands
    if (input !== 'too-long' && !tooMany) return front.receive(input)
    this.#count(tooMany ? 'too_many' : 'too_long')
    this.#with.record.failure = 'protocol'
    return front.tooLong()
  }

  /** Counts what was no command; whether the client may go on. */
  #tolerates(fault: true | undefined): boolean {
    const { record, settings } = this.#with
    record.commands++
    if (!fault) return true
    record.faults++
    this.#count('fault')
    if (record.faults < Math.max(1, settings.max_errors)) return true
    this.#count('too_many')
    record.failure = 'protocol'
    return false
  }

  #count(reason: 'fault' | 'too_long' | 'too_many'): void {
    const { metrics, record } = this.#with
    metrics.counter('protocol_errors_total', { protocol: record.protocol, reason }).value++
  }

  #flush(): void {
    this.#with.wire.write(this.#said)
    this.#said = ''
  }
}
