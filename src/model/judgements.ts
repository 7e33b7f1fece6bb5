/**
 * The memory of a build: a listener is judged again only when something that its judgement looked at
 * is another one now. Each judgement is kept with what it asked and was answered; where everything
 * would be answered alike, so would the listener be.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Listener, MailProxy } from '../api/mail-proxy.ts'
import type { Secret } from '../api/objects.ts'
import type { Place } from './judge.ts'
import type { Lookup } from './lookup.ts'
import type { KeyPair } from './model.ts'
import type { RenderOptions } from './render.ts'
import type { Subject } from './subject.ts'
import type { Resolved } from './violation.ts'

export interface Known<T> {
  /** What holds for all of them. */
  readonly circumstances: string
  /** By listener id. */
  readonly judgements: ReadonlyMap<string, Remembered<T>>
}

interface Remembered<T> {
  readonly proxy: MailProxy
  readonly listener: Listener
  readonly place: Place
  readonly looks: readonly Look[]
  readonly judgement: T
}

type Surroundings = Pick<Subject, 'lookup' | 'pairs' | 'localEndpoints'>
type Found = { readonly [K in keyof Lookup]: ReturnType<Lookup[K]> }

type Look =
  | {
      [K in keyof Lookup]: {
        readonly kind: K
        readonly namespace: string
        readonly name: string
        readonly found: Found[K]
      }
    }[keyof Lookup]
  | {
      readonly kind: 'pair'
      readonly key: string
      readonly secret: Secret | undefined
      readonly found: Resolved<KeyPair | undefined>
    }

export interface Judgements<T> {
  of(proxy: MailProxy, listener: Listener, place: Place): T
  readonly known: Known<T>
}

/** `judge` must look at nothing but its arguments and `options`. */
export function judgements<T>(
  previous: Known<T> | undefined,
  surroundings: Surroundings,
  options: RenderOptions,
  judge: (subject: Subject, place: Place) => T,
): Judgements<T> {
  const { addresses, shutdownTimeout } = options
  const circumstances = JSON.stringify([addresses, shutdownTimeout, surroundings.localEndpoints])
  const before = previous?.circumstances === circumstances ? previous.judgements : new Map()
  const now = new Map<string, Remembered<T>>()
  return {
    known: { circumstances, judgements: now },
    of(proxy, listener, place) {
      const last: Remembered<T> | undefined = before.get(place.id)
      const stands = last?.proxy === proxy && last.listener === listener && isAt(last.place, place)
      if (last && stands && last.looks.every(look => holds(look, surroundings))) {
        now.set(place.id, last)
        return last.judgement
      }
      const looks: Look[] = []
      const seen = { ...surroundings, ...recording(surroundings, looks) }
      const judgement = judge({ proxy, listener, ...seen }, place)
      now.set(place.id, { proxy, listener, place, looks, judgement })
      return judgement
    },
  }
}

const isAt = (a: Place, b: Place): boolean => a.port === b.port && a.owner === b.owner

function holds(look: Look, { lookup, pairs }: Surroundings): boolean {
  switch (look.kind) {
    case 'pair':
      return isDeepStrictEqual(pairs.pair(look.key, look.secret), look.found)
    case 'slices': {
      const again = lookup.slices(look.namespace, look.name)
      return again.length === look.found.length && again.every((one, at) => one === look.found[at])
    }
    default:
      return lookup[look.kind](look.namespace, look.name) === look.found
  }
}

/** The same surroundings, which write down what they are asked. */
function recording(
  { lookup, pairs }: Surroundings,
  looks: Look[],
): Pick<Surroundings, 'lookup' | 'pairs'> {
  return {
    lookup: {
      service(namespace, name) {
        const found = lookup.service(namespace, name)
        looks.push({ kind: 'service', namespace, name, found })
        return found
      },
      slices(namespace, name) {
        const found = lookup.slices(namespace, name)
        looks.push({ kind: 'slices', namespace, name, found })
        return found
      },
      secret(namespace, name) {
        const found = lookup.secret(namespace, name)
        looks.push({ kind: 'secret', namespace, name, found })
        return found
      },
      configMap(namespace, name) {
        const found = lookup.configMap(namespace, name)
        looks.push({ kind: 'configMap', namespace, name, found })
        return found
      },
    },
    pairs: {
      known: pairs.known,
      pair(key, secret) {
        const found = pairs.pair(key, secret)
        looks.push({ kind: 'pair', key, secret, found })
        return found
      },
    },
  }
}
