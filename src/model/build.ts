/**
 * Objects → the text and the files that the relay is to run, and a verdict on each object. Pure: the
 * same objects give the same text. Every listener is judged alone, so that a bad one costs itself.
 */
import type { Condition } from '../api/conditions.ts'
import type { Listener, MailProxy } from '../api/mail-proxy.ts'
import type { MailProxyClass } from '../api/mail-proxy-class.ts'
import type { ConfigMap, EndpointSlice, ObjectKey, Secret, Service } from '../api/objects.ts'
import { objectKey } from '../api/objects.ts'
import type { Fault } from '../api/validate.ts'
import { byAge, type Claim, claims, classConditions, compare, foreign } from './claims.ts'
import { digest } from './file.ts'
import { type Judgement, judge } from './judge.ts'
import { judgements, type Known } from './judgements.ts'
import { listenerId } from './listener-id.ts'
import { lookup } from './lookup.ts'
import type { Server } from './model.ts'
import { type KnownPairs, pairs } from './pairs.ts'
import { type Part, part, type RenderOptions, text } from './render.ts'
import { fits, withoutRoom } from './room.ts'
import { refused, type Violation } from './violation.ts'

export interface Objects {
  readonly mailProxies: readonly MailProxy[]
  readonly mailProxyClasses: readonly MailProxyClass[]
  readonly services: readonly Service[]
  readonly endpointSlices: readonly EndpointSlice[]
  readonly secrets: readonly Secret[]
  readonly configMaps: readonly ConfigMap[]
  /** MailProxies that were refused as they are; an earlier version may stand in `mailProxies`. */
  readonly refused: readonly Refused[]
}

export interface Refused {
  readonly key: ObjectKey
  readonly generation: number
  readonly faults: readonly Fault[]
}

export interface BuildOptions extends Claim, RenderOptions {
  /** Added to ports below 1024, which a pod must not bind. */
  readonly portOffset: number
  /** Whether endpoints may be loopback and link-local addresses, as in a folder. */
  readonly localEndpoints: boolean
  /** Milliseconds since 1970. */
  readonly now: number
  /** `pairs` of the build before this one. */
  readonly pairs?: KnownPairs
  /** `judged` of the build before this one; it saves time, and changes nothing. */
  readonly judged?: KnownJudgements
}

export type KnownJudgements = Known<Drafted>

interface Drafted extends Judgement {
  readonly part: Part
}

export interface Built {
  readonly text: string
  /** The sha256 of the text, in hex. */
  readonly generation: string
  /** The files that the text names (`tls/<sha256>.pem`), by name. */
  readonly files: ReadonlyMap<string, string>
  /** What stands in the text. */
  readonly servers: readonly Server[]
  /** In the order of their keys. */
  readonly verdicts: readonly Verdict[]
  /** MailProxies of another controller, or of a class that does not exist. */
  readonly unclaimed: readonly ObjectKey[]
  /** Those of them whose class is another controller's. */
  readonly foreign: readonly ObjectKey[]
  /** Of the classes that are ours. */
  readonly classes: ReadonlyMap<ObjectKey, readonly Condition[]>
  /** For the next build, which keeps the last good pair of a Secret that turned bad. */
  readonly pairs: KnownPairs
  /** For the next build, which judges again only what changed. */
  readonly judged: KnownJudgements
}

export interface Verdict {
  readonly key: ObjectKey
  readonly generation: number
  readonly listeners: readonly ListenerVerdict[]
  /** Why a newer version of the object was refused whole. */
  readonly faults: readonly Fault[]
}

export interface ListenerVerdict {
  readonly name: string
  /** `name=` of its `listen`s. */
  readonly id: string
  readonly violations: readonly Violation[]
  readonly notes: readonly string[]
  /** Whether it stands in the text. */
  readonly published: boolean
}

export function build(objects: Objects, options: BuildOptions): Built {
  const { mailProxies, mailProxyClasses } = objects
  const isOurs = claims(mailProxyClasses, options)
  const ours = mailProxies.filter(isOurs)
  const unclaimed = mailProxies.filter(proxy => !isOurs(proxy))
  const { portOffset, localEndpoints, now } = options
  const owners = portOwners(ours, portOffset)
  const book = pairs(options.pairs ?? new Map(), now)
  const surroundings = { lookup: lookup(objects), pairs: book, localEndpoints }
  const known = judgements(options.judged, surroundings, options, (subject, place) => {
    const judgement = judge(subject, place, options)
    return { ...judgement, part: part(judgement.server, options) }
  })
  const drafts = ours.toSorted(byAge).map(proxy => ({
    key: objectKey(proxy),
    proxy,
    listeners: proxy.spec.listeners.map(listener => {
      const port = innerPort(listener, portOffset)
      const id = idOf(proxy, listener)
      const place = { id, port, owner: owners.get(port) ?? id }
      return { id, listener, ...known.of(proxy, listener, place) }
    }),
  }))
  const whole = published(drafts, options)
  const { judged, servers, files, ...said } = fits(whole.text, whole.servers)
    ? whole
    : published(fitted(drafts, options), options)
  return {
    text: said.text,
    generation: digest(said.text),
    files,
    servers,
    verdicts: verdicts(judged, objects.refused),
    unclaimed: unclaimed.map(objectKey).sort(),
    foreign: unclaimed.filter(foreign(mailProxyClasses, options)).map(objectKey).sort(),
    classes: classConditions(mailProxyClasses, options),
    pairs: book.known,
    judged: known.known,
  }
}

interface Judged {
  readonly key: ObjectKey
  readonly proxy: MailProxy
  readonly listeners: readonly JudgedListener[]
}

interface JudgedListener extends Drafted {
  readonly id: string
  readonly listener: Listener
}

const isOpen = ({ violations }: JudgedListener) => !violations.some(({ closes }) => closes)

const openServers = ({ listeners }: Judged): readonly Server[] =>
  listeners.filter(isOpen).map(({ server }) => server)

/** What stands in the text, in the order of the objects' keys. */
function published(drafts: readonly Judged[], options: RenderOptions) {
  const judged = drafts.toSorted((a, b) => compare(a.key, b.key))
  const open = judged.flatMap(({ listeners }) => listeners.filter(isOpen))
  const parts = open.map(one => one.part)
  const files = parts.flatMap(one => one.files).map(({ name, content }) => [name, content] as const)
  return {
    judged,
    servers: open.map(({ server }) => server),
    text: text(parts, options),
    files: new Map(files),
  }
}

/** The oldest objects find room first. */
function fitted(drafts: readonly Judged[], options: RenderOptions): readonly Judged[] {
  const out = withoutRoom(drafts.flatMap(openServers), options)
  return drafts.map(draft => ({
    ...draft,
    listeners: draft.listeners.map(one =>
      out.has(one.id) ? { ...one, violations: [...one.violations, noRoom] } : one,
    ),
  }))
}

const noRoom = refused('Invalid', 'older objects leave no room for it in what a relay can read')

const idOf = ({ metadata }: MailProxy, { name }: Listener) =>
  listenerId(metadata.namespace, metadata.name, name)

/** The port that the relay binds. */
function innerPort({ port }: Listener, offset: number): number {
  return port < 1024 ? port + offset : port
}

/** By the port in the pod: 993 and 10993 meet there when the offset is 10000. */
function portOwners(ours: readonly MailProxy[], offset: number): ReadonlyMap<number, string> {
  const claimed = ours
    .toSorted(byAge)
    .flatMap(proxy =>
      proxy.spec.listeners.map(one => [innerPort(one, offset), idOf(proxy, one)] as const),
    )
  // The first of each port wins: the last one that a Map is given.
  return new Map(claimed.toReversed())
}

function verdicts(judged: readonly Judged[], rejected: readonly Refused[]): readonly Verdict[] {
  const newer = new Map(rejected.map(one => [one.key, one]))
  const known = new Set(judged.map(({ key }) => key))
  const of = judged.map(({ key, proxy, listeners }) => ({
    key,
    generation: newer.get(key)?.generation ?? proxy.metadata.generation ?? 0,
    listeners: listeners.map(one => ({
      name: one.listener.name,
      id: one.id,
      violations: one.violations,
      notes: one.notes,
      published: isOpen(one),
    })),
    faults: newer.get(key)?.faults ?? [],
  }))
  const alone = rejected
    .filter(({ key }) => !known.has(key))
    .map(({ key, generation, faults }) => ({ key, generation, faults, listeners: [] }))
  return [...of, ...alone].sort((a, b) => compare(a.key, b.key))
}
