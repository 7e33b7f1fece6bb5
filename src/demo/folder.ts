/** Octets and messages that one folder holds; the oldest message makes room for a new one. */
export const maxFolderOctets = 33_554_432
export const maxFolderMessages = 500

export interface Message {
  readonly uid: number
  readonly received: Date
  /** With CRLF line ends, as RFC 3501 and RFC 1939 hand it out. */
  readonly bytes: Buffer
  readonly flags: Set<string>
}

/** One folder of a mailbox, in memory and bounded; who watches it is told when mail arrives or leaves. */
export class Folder {
  readonly name: string
  /** The special use of RFC 6154, `\Sent` and its kin. */
  readonly use: string | undefined
  readonly uidValidity: number
  #uidNext = 1
  #octets = 0
  #messages: readonly Message[] = []
  readonly #watchers = new Set<() => void>()

  constructor(name: string, uidValidity: number, use?: string) {
    this.name = name
    this.uidValidity = uidValidity
    this.use = use
  }

  get messages(): readonly Message[] {
    return this.#messages
  }

  get uidNext(): number {
    return this.#uidNext
  }

  append(bytes: Buffer, received: Date, flags: Iterable<string> = []): void {
    const message = { uid: this.#uidNext++, received, bytes, flags: new Set(flags) }
    this.#keep([...this.#messages, message])
    while (this.#messages.length > 1 && this.#over()) this.#keep(this.#messages.slice(1))
    this.#tell()
  }

  remove(gone: ReadonlySet<Message>): void {
    if (gone.size === 0) return
    this.#keep(this.#messages.filter(message => !gone.has(message)))
    this.#tell()
  }

  /** Calls `watcher` at each change until the returned function is called. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  #over(): boolean {
    return this.#messages.length > maxFolderMessages || this.#octets > maxFolderOctets
  }

  #keep(messages: readonly Message[]): void {
    this.#messages = messages
    this.#octets = messages.reduce((sum, { bytes }) => sum + bytes.length, 0)
  }

  #tell(): void {
    for (const watcher of [...this.#watchers]) watcher()
  }
}
