import { Buffer } from 'node:buffer'
import type { ServerSettings } from '../config/config.ts'
import type { Attempt, Front, Step } from '../protocol/protocol.ts'
import type { Stop, Wire } from '../wire/wire.ts'
import type { Record } from './record.ts'
import type { RelayMetrics } from './shared.ts'

/** Octets of replies that are gathered before they are written, while a client pipelines. */
const mostGathered = 4_096

/** Who does what a conversation cannot do itself. */
export interface Host {
  /** Does the handshake that a `starttls` step asked for, and says whether the conversation goes on. */
  secure(goOn: GoOn): void
  /** Judges an attempt, and says whether the conversation goes on; or nothing, and takes the client over. */
  authenticate(attempt: Attempt, goOn: GoOn): void
  /** We have no more to say (`undefined`), or the client cannot be heard any more. */
  over(stop: Stop | undefined): void
  /** This program is at fault; the conversation is over. */
  broke(error: unknown): void
}

export type GoOn = (goesOn: boolean) => void

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
  /** Who hears what comes next; `undefined`: nobody, while the host is at work or for good. */
  #front: Front | undefined
  #going = false
  #said = ''
  #taken = 0

  constructor(circumstances: Circumstances) {
    this.#with = circumstances
  }

  /** Goes on until the host is told that it is `over`. */
  begin(front: Front): void {
    this.#front = front
    this.#go()
  }

  /** Answers what is here. */
  readonly #go = (): void => {
    // A host that is done at once is heard by the loop that asked it.
    if (this.#going) return
    this.#going = true
    try {
      while (this.#front) if (!this.#turn(this.#front)) break
    } catch (error) {
      this.#front = undefined
      this.#with.host.broke(error)
    }
    this.#going = false
  }

  /** Hears the client once; whether there may be more to hear at once. */
  #turn(front: Front): boolean {
    // What was taken is gone once more arrives: nothing is taken before it can be answered.
    const input = this.#full ? undefined : this.#with.wire.take(front.wants)
    if (input === undefined) return this.#catchUp()
    if (input !== 'too-long' && !Buffer.isBuffer(input)) this.#end(input)
    else this.#does(this.#step(front, input))
    return true
  }

  get #full(): boolean {
    return this.#said.length > mostGathered
  }

  /** Says what was gathered, and waits until the client has taken it and there may be more of it. */
  #catchUp(): boolean {
    const { wire } = this.#with
    const full = this.#full
    this.#flush()
    if (wire.fills(this.#go)) return false
    if (!full) wire.wait(this.#go)
    return full
  }

  #does(step: Step): void {
    switch (step.do) {
      case 'reply':
        this.#said += step.text
        if (this.#tolerates(step.fault)) this.#front = step.next
        else this.#end(undefined)
        break
      case 'close':
        this.#said += step.text
        this.#end(undefined)
        break
      default:
        this.#hand(step)
    }
  }

  /** Has the host do what takes its time. */
  #hand(step: Extract<Step, { do: 'starttls' | 'authenticate' }>): void {
    if (step.do === 'starttls') this.#said += step.text
    this.#flush()
    this.#front = undefined
    const { host } = this.#with
    const goOn = (goesOn: boolean) => {
      this.#front = step.next
      if (goesOn) this.#go()
      else this.#end(undefined)
    }
    if (step.do === 'starttls') host.secure(goOn)
    else host.authenticate(step.attempt, goOn)
  }

  #end(stop: Stop | undefined): void {
    this.#front = undefined
    this.#flush()
    this.#with.host.over(stop)
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
