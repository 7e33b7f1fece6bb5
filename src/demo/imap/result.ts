import type { Chunk } from '../dialogue.ts'
import type { Selected } from './selected.ts'

/** What a command comes to: its untagged lines, and the end of its tagged one. */
export interface Result {
  readonly untagged: readonly Chunk[]
  readonly status: 'OK' | 'NO' | 'BAD'
  readonly text: string
  /** The folder that is open from now on; `null`: none. */
  readonly select?: Selected | null
}

export function ok(text: string, ...untagged: readonly Chunk[]): Result {
  return { status: 'OK', text, untagged }
}

export function no(text: string): Result {
  return { status: 'NO', text, untagged: [] }
}

export function bad(text: string): Result {
  return { status: 'BAD', text, untagged: [] }
}
