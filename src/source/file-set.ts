import { dirname } from 'node:path'
import type { Clock } from './clock.ts'
import { listFiles, readFileText, signatureOf } from './files.ts'
import { type Located, readObjects } from './read-objects.ts'
import type { Fault } from './source.ts'

/** A file that looked the same for so long has come to rest. */
export const settle = 50
/** A file that never comes to rest is read as it is. */
const restless = 500

interface FileState {
  readonly signature: string
  readonly objects: readonly Located[]
  readonly faults: readonly Fault[]
  /** Whether it was ever read without a fault. */
  readonly good: boolean
}

/** A file that changed: what it looks like, since when, and since when it differs from what is known. */
interface Restless {
  readonly signature: string | undefined
  readonly seen: number
  readonly since: number
}

/**
 * What the files of some folders say. A file with a fault changes nothing: its objects stay as they
 * were last read well; one that was never read well gives what can be read of it. A file counts once
 * it has come to rest, so that an editor that empties it first, or a slow copy, takes nothing away.
 */
export class FileSet {
  readonly #dirs: readonly string[]
  readonly #clock: Clock
  readonly #files = new Map<string, FileState>()
  readonly #restless = new Map<string, Restless>()
  readonly #lost = new Map<string, Fault>()

  /** Where two folders hold the same object, the folder that is named first counts. */
  constructor(dirs: readonly string[], clock: Clock) {
    this.#dirs = dirs
    this.#clock = clock
  }

  /** Reads everything, at rest or not. Rejects where a folder cannot be read. */
  async open(): Promise<void> {
    for (const dir of this.#dirs)
      try {
        for (const [path, signature] of await listFiles(dir)) await this.#take(path, signature)
      } catch (error) {
        throw new Error(`the folder ${dir} cannot be read: ${reason(error)}`, { cause: error })
      }
  }

  /** Looks at every file, and reads those that changed and came to rest; answers whether all have. */
  async look(): Promise<boolean> {
    const listed = await this.#list()
    for (const path of new Set([...this.#files.keys(), ...listed.keys()])) {
      const signature = listed.get(path)
      if (this.#files.get(path)?.signature === signature) this.#restless.delete(path)
      else if (this.#settled(path, signature)) await this.#take(path, signature)
    }
    return this.#restless.size === 0
  }

  /** The objects that count, in the order of folders, names and documents. */
  objects(): readonly Located[] {
    return this.#ordered().flatMap(({ objects }) => objects)
  }

  faults(): readonly Fault[] {
    return [...this.#lost.values(), ...this.#ordered().flatMap(({ faults }) => faults)]
  }

  #ordered(): readonly FileState[] {
    const place = (path: string): number => this.#dirs.indexOf(dirname(path))
    return [...this.#files]
      .toSorted(([a], [b]) => place(a) - place(b) || (a < b ? -1 : 1))
      .map(([, state]) => state)
  }

  /** The files as they are now; those of a folder that cannot be read as they were. */
  async #list(): Promise<ReadonlyMap<string, string>> {
    const listed = new Map<string, string>()
    for (const dir of this.#dirs)
      try {
        for (const [path, signature] of await listFiles(dir)) listed.set(path, signature)
        this.#lost.delete(dir)
      } catch (error) {
        this.#lost.set(dir, { where: dir, message: `the folder cannot be read: ${reason(error)}` })
        for (const [path, { signature }] of this.#files)
          if (dirname(path) === dir) listed.set(path, signature)
      }
    return listed
  }

  #settled(path: string, signature: string | undefined): boolean {
    const now = this.#clock.now()
    const before = this.#restless.get(path)
    const seen = before?.signature === signature ? (before?.seen ?? now) : now
    const since = before?.since ?? now
    this.#restless.set(path, { signature, seen, since })
    return now - seen >= settle || now - since >= restless
  }

  async #take(path: string, signature: string | undefined): Promise<void> {
    this.#restless.delete(path)
    if (signature === undefined) {
      this.#files.delete(path)
      return
    }
    const held = this.#files.get(path)
    const read = await readFileText(path).then(
      text => readObjects(text, path),
      (error: unknown) => ({
        objects: [],
        faults: [{ where: path, message: `the file cannot be read: ${reason(error)}` }],
      }),
    )
    // Written to, or gone, while it was read: the next look decides.
    if (held && signature !== (await signatureOf(path))) return
    const good = read.faults.length === 0
    this.#files.set(path, {
      signature,
      objects: !good && held?.good ? held.objects : read.objects,
      faults: read.faults,
      good: good || (held?.good ?? false),
    })
  }
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error))
