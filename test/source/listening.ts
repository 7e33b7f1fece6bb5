import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Fault, Objects, SourceObject } from '../../src/source/source.ts'
import { keyOf } from '../../src/source/source.ts'

/** A folder that goes when the test ends. */
export async function folder(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'objects-'))
  t.after(() => rm(dir, { recursive: true, force: true }))
  return dir
}

/** Keeps what a source says, and waits for it to say something. */
export class Listening implements Objects {
  readonly held = new Map<string, SourceObject>()
  /** What was said, in its order: `+Service/mail/a`, `-Service/mail/a`, `!` for faults, `synced`. */
  readonly said: string[] = []
  wrong: readonly Fault[] = []
  #wake = (): void => {}

  insert(object: SourceObject): void {
    this.held.set(keyOf(object), object)
    this.#say(`+${keyOf(object)}`)
  }

  remove(key: string): void {
    this.held.delete(key)
    this.#say(`-${key}`)
  }

  faults(faults: readonly Fault[]): void {
    this.wrong = faults
    this.#say('!')
  }

  synced(): void {
    this.#say('synced')
  }

  /** Until the next thing that is said makes it true. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo())
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
  }

  #say(word: string): void {
    this.said.push(word)
    this.#wake()
  }
}
