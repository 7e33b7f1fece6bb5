import { certificate } from './certificate.ts'
import { runChild } from './child.ts'
import { controllerLines } from './controller-lines.ts'
import { endpoints, taken } from './endpoints.ts'
import { hints, takenText } from './hints.ts'
import { type Instance, openInstance } from './instance.ts'
import { opening } from './opening.ts'
import { relayLines } from './relay-lines.ts'
import { backendPorts, type Settings } from './settings.ts'
import { demoUsers, openStore } from './store.ts'
import { openWorkplace, type Workplace } from './workplace.ts'

export interface Surroundings {
  readonly say: (line: string) => void
  /** Aborted when the demo is to end. */
  readonly signal: AbortSignal
  /** Takes what must happen even if the process ends without time. */
  readonly atExit: (undo: () => void) => void
}

/**
 * Runs two mail servers in this process, and the controller and the relay as two others, joined by a
 * hand-off folder as in a pod. Resolves with the exit status when everything has ended.
 */
export async function runDemo(settings: Settings, around: Surroundings): Promise<number> {
  const { say, signal, atExit } = around
  const found = await taken(endpoints(settings))
  if (found.length > 0) {
    say(takenText(found))
    return 1
  }
  await using opened = new AsyncDisposableStack()
  const place = await openWorkplace(await certificate(new Date()))
  atExit(place.remove)
  opened.defer(place.remove)
  const instances = await mailServers(settings)
  for (const instance of instances) opened.defer(instance.close)
  const children = programs(settings, place, instances, say)
  for (const child of children) {
    atExit(child.kill)
    opened.defer(child.stop)
  }
  const death = Promise.race(children.map(async ({ name, ended }) => `${name} ${await ended}`))
  const over = new AbortController()
  opened.defer(() => over.abort())
  const ready = opening(settings, AbortSignal.any([signal, over.signal])).then(missing => {
    if (signal.aborted || over.signal.aborted) return
    say(hints(settings, place.authority, missing))
  })
  const end = Promise.race([death, aborted(signal)])
  await Promise.race([ready, end])
  const how = await end
  if (signal.aborted || how === undefined) return 0
  say(`demo: the ${how}, so the demo ends`)
  return 1
}

async function mailServers({ backends }: Settings): Promise<readonly Instance[]> {
  const store = openStore(demoUsers, Math.floor(Date.now() / 1000))
  const open = (base: number, at: number) =>
    openInstance(`mail-${at}.demo`, backendPorts(base), store, () => new Date())
  return Promise.all(backends.map(open))
}

function programs(
  { manifests, portOffset, relayHttp, controllerHttp }: Settings,
  { objects, handoff }: Workplace,
  instances: readonly Instance[],
  say: (line: string) => void,
) {
  const names = instances.flatMap(({ host, ports }) =>
    Object.values(ports).map(port => [`127.0.0.1:${port}`, host] as const),
  )
  const controllerSaid = controllerLines()
  const relaySaid = relayLines(new Map(names))
  const http = (port: number) => ['--http', `127.0.0.1:${port}`]
  const folders = ['--from', manifests, '--from', objects, '--to', handoff]
  const where = ['--address', '127.0.0.1', '--port-offset', String(portOffset)]
  return [
    runChild(
      'controller',
      new URL('../bin/controller.js', import.meta.url),
      [...folders, ...where, ...http(controllerHttp)],
      line => controllerSaid(line).map(say),
    ),
    runChild(
      'relay',
      new URL('../bin/relay.js', import.meta.url),
      ['--from', handoff, ...http(relayHttp)],
      line => relaySaid(line).map(say),
    ),
  ]
}

async function aborted(signal: AbortSignal): Promise<undefined> {
  if (signal.aborted) return
  await new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }))
}
