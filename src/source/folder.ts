import { type FSWatcher, watch } from 'node:fs'
import { resolve } from 'node:path'
import type { Clock } from './clock.ts'
import { FileSet, settle } from './file-set.ts'
import { merge } from './merge.ts'
import type { Objects, Source, SourceObject } from './source.ts'

/** Without word from a watcher, the folders are looked through again after so long. */
const period = 750

/**
 * Folders of YAML and JSON files as a source. A change has its effect within a second: the folders
 * are watched, and looked through at a slow pace besides, because watching misses what happens behind
 * links and on some file systems.
 */
export class Folder implements Source {
  readonly #dirs: readonly string[]
  readonly #clock: Clock
  readonly #files: FileSet
  readonly #watchers: FSWatcher[] = []
  #told: ReadonlyMap<string, SourceObject> = new Map()
  #toldFaults = '[]'
  #closed = false
  #stirred = false
  #wake = (): void => {}
  #following: Promise<void> = Promise.resolve()

  constructor(dirs: readonly string[], clock: Clock) {
    this.#dirs = [...new Set(dirs.map(dir => resolve(dir)))]
    this.#clock = clock
    this.#files = new FileSet(this.#dirs, clock)
  }

  async start(objects: Objects): Promise<void> {
    // Before the first reading, so that nothing happens between the two unseen.
    for (const dir of this.#dirs) this.#watch(dir)
    await this.#files.open()
    this.#tell(objects)
    objects.synced()
    this.#following = this.#follow(objects)
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const watcher of this.#watchers) watcher.close()
    this.#wake()
    await this.#following
  }

  async #follow(objects: Objects): Promise<void> {
    let settled = true
    while (!this.#closed) {
      if (settled && !this.#stirred) await this.#rest(period - settle)
      // Whoever stirred a folder is given time to finish, and many stirs are one look.
      if (!this.#closed) await this.#rest(settle)
      if (this.#closed) return
      this.#stirred = false
      settled = await this.#files.look()
      this.#tell(objects)
    }
  }

  /** Tells what became different. */
  #tell(objects: Objects): void {
    const merged = merge(this.#files.objects())
    for (const [key, object] of merged.objects)
      if (this.#told.get(key) !== object) objects.insert(object)
    for (const key of this.#told.keys()) if (!merged.objects.has(key)) objects.remove(key)
    this.#told = merged.objects
    const faults = [...this.#files.faults(), ...merged.faults]
    const text = JSON.stringify(faults)
    if (text !== this.#toldFaults) objects.faults(faults)
    this.#toldFaults = text
  }

  #rest(delay: number): Promise<void> {
    return new Promise(done => {
      const cancel = this.#clock.after(delay, done)
      this.#wake = () => {
        cancel()
        done()
      }
    })
  }

  #watch(dir: string): void {
    try {
      const watcher = watch(dir, () => {
        if (this.#stirred) return
        this.#stirred = true
        this.#wake()
      })
      // Watches run out, and folders go: the slow look sees what the watcher does not.
      watcher.on('error', () => watcher.close())
      this.#watchers.push(watcher)
    } catch {
      // The same, or there is no such folder, which the first reading says better.
    }
  }
}
