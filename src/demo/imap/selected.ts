import type { Folder, Message } from '../folder.ts'
import { parseSequence } from './sequence.ts'

/** A message and its number in the view of one session. */
export interface Numbered {
  readonly number: number
  readonly message: Message
}

/** The folder that a session has open, as far as the session was told of it. */
export class Selected {
  readonly folder: Folder
  readonly readOnly: boolean
  #view: readonly Message[]

  constructor(folder: Folder, readOnly: boolean) {
    this.folder = folder
    this.readOnly = readOnly
    this.#view = folder.messages
  }

  get all(): readonly Numbered[] {
    return this.#view.map((message, at) => ({ number: at + 1, message }))
  }

  /** The messages that a set names, by number or by UID; `undefined`: that is no set. */
  pick(set: string, by: 'number' | 'uid'): readonly Numbered[] | undefined {
    const named = parseSequence(set)
    if (!named) return undefined
    const last = by === 'uid' ? (this.#view.at(-1)?.uid ?? 0) : this.#view.length
    return this.all.filter(({ number, message }) =>
      named(by === 'uid' ? message.uid : number, last),
    )
  }

  /** Takes in what has changed: EXPUNGE from the end, so that no number moves under another, then EXISTS. */
  sync(): string {
    const now = new Set(this.folder.messages)
    const gone = this.all.filter(({ message }) => !now.has(message)).reverse()
    const grown = now.size > this.#view.length - gone.length
    this.#view = this.folder.messages
    const exists = grown ? [`* ${now.size} EXISTS\r\n`] : []
    return [...gone.map(({ number }) => `* ${number} EXPUNGE\r\n`), ...exists].join('')
  }
}
