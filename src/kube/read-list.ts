import type { SourceObject } from '../source/source.ts'
import type { Client } from './client.ts'
import { page } from './page.ts'
import { type Refused, tooLarge, type Unanswered } from './reply.ts'
import { pathOf, type Watched } from './resources.ts'

const pageSize = 500
/** Of objects as large as they can be, so many fit into an answer. */
const smallPage = 25

export interface Listed {
  readonly kind: 'list'
  readonly objects: readonly SourceObject[]
  readonly version: string
}

/** At least this old (`0`: whatever is there, empty: the newest), or exactly so old. */
export type From = string | { readonly exactly: string }

/** A whole list or none. Only what is kept of each object is ever held. */
export async function readList(
  client: Client,
  watched: Watched,
  from: From,
  signal: AbortSignal,
): Promise<Listed | Refused | Unanswered> {
  const read = await paged(client, watched, from, signal, pageSize)
  if (read.kind === 'lost' && read.reason === tooLarge)
    return paged(client, watched, '', signal, smallPage)
  // The pages' snapshot was dropped under us: all in one answer then.
  if (read.kind === 'refused' && read.code === 410 && from === '')
    return paged(client, watched, '', signal, 0)
  return read
}

async function paged(
  client: Client,
  watched: Watched,
  from: From,
  signal: AbortSignal,
  limit: number,
): Promise<Listed | Refused | Unanswered> {
  const objects: SourceObject[] = []
  let next = ''
  for (;;) {
    const reply = await client.ask({
      verb: 'list',
      path: pathOf(watched.resource, watched.namespace),
      query: {
        ...selectors(watched),
        ...(limit > 0 ? { limit: String(limit) } : {}),
        ...(next === '' ? start(from) : { continue: next }),
      },
      signal,
    })
    if (reply.kind !== 'ok') return reply
    const found = page(reply.body, watched.resource)
    if (!found) return { kind: 'lost', reason: 'the answer is no list' }
    for (const object of found.objects) objects.push(watched.prune(object))
    if (found.next === '') return { kind: 'list', objects, version: found.version }
    next = found.next
  }
}

function start(from: From): Readonly<Record<string, string>> {
  if (typeof from !== 'string')
    return { resourceVersion: from.exactly, resourceVersionMatch: 'Exact' }
  return from === '' ? {} : { resourceVersion: from }
}

export const selectors = ({
  fieldSelector,
  labelSelector,
}: Watched): Readonly<Record<string, string>> => ({
  ...(fieldSelector === undefined ? {} : { fieldSelector }),
  ...(labelSelector === undefined ? {} : { labelSelector }),
})
