import type { Clock } from '../source/clock.ts'
import type { Client } from './client.ts'
import { Framing } from './framing.ts'
import { type WatchEvent, watchEvent } from './page.ts'
import { selectors } from './read-list.ts'
import type { Refused, Unanswered } from './reply.ts'
import { pathOf, type Resource, type Watched } from './resources.ts'

export type End =
  /** As the server said it would. */
  | { readonly kind: 'ended' }
  /** The version is too old to watch from. */
  | { readonly kind: 'expired' }
  /** Neither event nor bookmark for too long. */
  | { readonly kind: 'silent' }
  | { readonly kind: 'corrupt' }
  | Refused
  | Unanswered

export interface Watching {
  readonly watched: Watched
  readonly client: Client
  readonly clock: Clock
  readonly random: () => number
  readonly version: string
  readonly signal: AbortSignal
  /** Milliseconds after which it has to end. */
  readonly within: number
  /** The server lets us watch. */
  opened(): void
  event(event: WatchEvent): void
}

/** The server sends a bookmark about every minute: two may be late. */
const silence = 150_000
/** Seconds that a server is asked to watch for: spread, so that not all watches end at once. */
const shortest = 290
const spread = 300
/** What comes so much later than the server said it would end came from a dead connection. */
const overdue = 10_000

/** One watch, from its request to its end. */
export async function watchOnce(watching: Watching): Promise<End> {
  const { client, watched, clock, random, version, within } = watching
  const longest = Math.max(1, Math.min(shortest + Math.floor(random() * spread), within / 1000))
  const seconds = Math.ceil(longest)
  const ending = new AbortController()
  const signal = AbortSignal.any([watching.signal, ending.signal])
  let silent = false
  const stop = (): void => {
    silent = true
    ending.abort()
  }
  const cancelEnd = clock.after(seconds * 1000 + overdue, stop)
  let cancelSilence = clock.after(silence, stop)
  const heard = (): void => {
    cancelSilence()
    cancelSilence = clock.after(silence, stop)
  }
  try {
    const opened = await client.open({
      verb: 'watch',
      path: pathOf(watched.resource, watched.namespace),
      query: {
        ...selectors(watched),
        watch: 'true',
        resourceVersion: version,
        allowWatchBookmarks: 'true',
        timeoutSeconds: String(seconds),
      },
      signal,
    })
    if (opened.kind === 'open') watching.opened()
    const end =
      opened.kind === 'open' ? await follow(opened.stream, watching, heard) : expiredOr(opened)
    return silent ? { kind: 'silent' } : end
  } finally {
    cancelEnd()
    cancelSilence()
    ending.abort()
  }
}

async function follow(
  stream: AsyncIterable<Buffer>,
  { watched: { resource }, event }: Watching,
  heard: () => void,
): Promise<End> {
  const framing = new Framing()
  try {
    for await (const chunk of stream) {
      heard()
      const end = take(framing.push(chunk), resource, event)
      if (end) return end
    }
    return { kind: 'ended' }
  } catch (error) {
    return { kind: 'lost', reason: error instanceof Error ? error.message : String(error) }
  }
}

function take(
  lines: readonly Buffer[] | undefined,
  resource: Resource,
  event: (event: WatchEvent) => void,
): End | undefined {
  for (const line of lines ?? []) {
    const found = watchEvent(line, resource)
    if (!found) return { kind: 'corrupt' }
    if (found.kind === 'error') return endOf(found)
    event(found)
  }
  return lines ? undefined : { kind: 'corrupt' }
}

function endOf({ code, message }: { readonly code: number; readonly message: string }): End {
  const status = { code, message, reason: '', retryAfter: undefined, causes: [] }
  return expiredOr({ kind: 'refused', ...status })
}

const expiredOr = (end: Refused | Unanswered): End =>
  end.kind === 'refused' && end.code === 410 ? { kind: 'expired' } : end
