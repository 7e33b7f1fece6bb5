import { type Fault, maxFaults, note } from '../directives/error.ts'
import type { Scope } from '../directives/shape.ts'
import { mainRows, settingRows } from '../directives/table.ts'
import { checks, collisions } from './checks.ts'
import type { MainSettings, Notice, RelayConfig, ServerConfig } from './config.ts'
import { type Draft, draft, type Whole } from './draft.ts'
import type { Host, Source } from './host.ts'
import { idle } from './idle.ts'
import { type Level, levelOf } from './levels.ts'
import { remarks } from './notices.ts'
import { inEffect } from './settings.ts'
import { Texts } from './texts.ts'
import { upstreams } from './upstreams.ts'

export type Loaded =
  | { readonly kind: 'config'; readonly config: RelayConfig }
  /** At least one, at most `maxFaults` and a last that says so; each can be shown with `pretty`. */
  | { readonly kind: 'faults'; readonly faults: readonly Fault[] }

/**
 * The meaning of a text: directives checked by the table, inherited from main to mail to server,
 * defaulted, and checked against one another; or all that is wrong with it.
 */
export function load(source: Source, host: Host): Loaded {
  const faults: Fault[] = []
  const notices: Notice[] = []
  const fault = (position: Fault['position'], message: string) =>
    note(faults, { position, message })
  const loud: Scope = {
    ...surroundings(host),
    fault,
    notice: (position, text) => notices.push({ position, text }),
  }
  const texts = new Texts(host, faults)
  const given = texts.parsed({ text: host.directives ?? '', file: '-g' })
  const main = levelOf([...given, ...texts.parsed(source)], 'main', loud, texts)
  // What is read a second time was told the first time.
  const quiet: Scope = { ...loud, fault: () => {}, notice: () => {} }
  const found = whole(main, quiet)
  for (const one of [...found.faults, ...crossFaults(found)]) fault(one.position, one.message)
  if (faults.length > 0) return { kind: 'faults', faults: told(texts.located(faults)) }
  const remarked = found.servers.flatMap(server => remarks.flatMap(remark => remark(server, found)))
  const known = new Set([...notices, ...remarked].map(placeOf))
  const idling = idle(found).filter(notice => !known.has(placeOf(notice)))
  const config: RelayConfig = {
    main: mainSettings(main, quiet),
    servers: found.servers.flatMap(serverConfig),
    upstreams: found.upstreams,
    notices: texts.sorted(distinct([...notices, ...remarked, ...idling])),
  }
  return { kind: 'config', config }
}

function surroundings(host: Host) {
  const { hostname, prefix, confDirectory, errorLog = 'stderr' } = host
  return {
    addresses: (name: string) => host.addresses?.(name) ?? [],
    hostname: hostname.toLowerCase(),
    errorLog,
    besideConfig: (path: string) => absolute(path, confDirectory),
    underPrefix: (path: string) => absolute(path, prefix),
  }
}

function absolute(path: string, directory: string): string {
  return path.startsWith('/') ? path : `${directory.replace(/\/+$/, '')}/${path}`
}

function whole(main: Level, scope: Scope): Whole & { readonly faults: readonly Fault[] } {
  const mails = main.blocks.filter(({ directive }) => directive.name.text === 'mail')
  const inner = mails.flatMap(({ level }) => level.blocks.map(block => ({ block, mail: level })))
  const named = (name: string) => inner.filter(({ block }) => block.directive.name.text === name)
  const servers = named('server').map(({ block, mail }) => draft(block, [mail, main], scope))
  const { byName, faults } = upstreams(
    named('upstream').map(({ block }) => block),
    scope,
  )
  return { servers, upstreams: byName, faults }
}

function crossFaults(found: Whole): readonly Fault[] {
  const each = found.servers.flatMap(server => checks.flatMap(check => check(server, found)))
  return [...each, ...collisions(found.servers.flatMap(server => server.listens))]
}

function mainSettings(main: Level, scope: Scope): MainSettings {
  const read = (name: string) => inEffect(name, [main])
  return {
    error_log: settingRows.error_log.value(read('error_log'), scope),
    pid: mainRows.pid.value(read('pid'), scope),
    worker_shutdown_timeout: mainRows.worker_shutdown_timeout.value(
      read('worker_shutdown_timeout'),
      scope,
    ),
  }
}

/** A draft without a protocol is a fault, so that none is lost here. */
function serverConfig(found: Draft): readonly ServerConfig[] {
  const { protocol, listens, settings, access, position } = found
  return protocol ? [{ protocol, listens, settings, access, position }] : []
}

function placeOf({ position: { file, line, column } }: Notice): string {
  return `${file}:${line}:${column}`
}

/** A fault of the `mail` block is found once for each server. */
function distinct<T extends Notice | Fault>(all: readonly T[]): readonly T[] {
  const byText = new Map(all.map(one => [JSON.stringify(one), one]))
  return [...byText.values()]
}

function told(faults: readonly Fault[]): readonly Fault[] {
  const each = distinct(faults)
  const last = each.at(-1)
  if (!last || faults.length < maxFaults) return each
  return [...each, { position: last.position, message: 'and what follows: too many faults' }]
}
