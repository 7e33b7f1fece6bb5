import { setFlagsFromString } from 'node:v8'
import { type HttpServer, probe, serveHttp } from '../observe/http.ts'
import { createLog, type OpenLog } from '../observe/log.ts'
import { clock } from '../source/clock.ts'
import { Folder } from '../source/folder.ts'
import type { ClusterContext, OpenCluster } from './cluster.ts'
import type { ClusterOptions } from './cluster-arguments.ts'
import {
  type Arguments,
  controllerArguments,
  type RunOptions,
  usage,
} from './controller-arguments.ts'
import { ControllerMeters } from './controller-meters.ts'
import { Controller } from './controller-program.ts'
import { renderOnce } from './render-once.ts'
import { version } from './version.ts'

process.exitCode = await perform(controllerArguments(process.argv.slice(2)))

/** The exit status; where the controller runs, that of its end. */
async function perform(asked: Arguments): Promise<number> {
  switch (asked.do) {
    case 'help':
      process.stdout.write(usage)
      return 0
    case 'version':
      process.stdout.write(`postern ${version}\n`)
      return 0
    case 'refuse':
      process.stderr.write(`controller: ${asked.reason}\n\n${usage}`)
      return 2
    case 'render':
      return orFailed(async () => {
        const { text, faults } = await renderOnce(asked.file, asked.options)
        process.stdout.write(text)
        for (const fault of faults) process.stderr.write(`${fault}\n`)
        return faults.length > 0 ? 1 : 0
      })
    case 'run':
      return orFailed(() => run(asked.options))
  }
}

async function run({ from, to, http, ...text }: RunOptions): Promise<number> {
  // Signals are heard from the start, so that an early one ends what has begun.
  const ended = Promise.withResolvers<void>()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => ended.resolve())

  const log = createLog({ target: 'stdout', level: 'info' })
  const meters = new ControllerMeters()
  meters.metrics.beforeScrape(() => {
    meters.metrics.counter('log_records_dropped_total', {}).value = log.dropped()
  })
  const cluster =
    'leaseName' in from ? await openCluster(from, { ...text, log, meters }) : undefined
  const controller = new Controller({
    source: cluster?.source ?? new Folder('leaseName' in from ? [] : from, clock),
    to,
    text,
    localEndpoints: !cluster,
    log,
    meters,
    ...(cluster ? { report: cluster.report } : {}),
  })
  let server: HttpServer | undefined
  try {
    if (http) server = await pages(controller, meters, log, http, () => cluster?.wedged() ?? false)
    if (server) log.notice('http', { port: server.port })
    await controller.start()
    cluster?.start()
    await ended.promise
    return 0
  } finally {
    await controller.close()
    await cluster?.close()
    await server?.close()
    log.notice('left')
    log.close()
  }
}

/** What speaks to an API server costs time and memory, which only a cluster is worth. */
async function openCluster(options: ClusterOptions, context: ClusterContext): Promise<OpenCluster> {
  // Rebuilds leave much garbage behind, for which V8 would let the heap grow to several times of what
  // is used. (`--optimize-for-size` keeps it smaller still, and makes rebuilds four times as slow.)
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--heap-growing-percent=50')
  const cluster = await import('./cluster.ts')
  return cluster.openCluster(options, context)
}

function pages(
  controller: Controller,
  meters: ControllerMeters,
  log: OpenLog,
  place: { readonly address: string; readonly port: number },
  wedged: () => boolean,
): Promise<HttpServer> {
  return serveHttp({
    ...place,
    log,
    routes: new Map([
      ['/metrics', () => meters.metrics.page()],
      ['/healthz', probe(() => (wedged() ? 'a loop stands still' : undefined))],
      ['/readyz', probe(() => controller.obstacle())],
      ['/status', () => ({ body: controller.status(), type: 'application/yaml; charset=utf-8' })],
    ]),
  })
}

async function orFailed(work: () => Promise<number>): Promise<number> {
  try {
    return await work()
  } catch (error) {
    process.stderr.write(`controller: ${error instanceof Error ? error.message : String(error)}\n`)
    return 1
  }
}
