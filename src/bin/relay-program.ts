import { rmSync, writeFileSync } from 'node:fs'
import type { RelayConfig, ServerSettings } from '../config/config.ts'
import { pretty } from '../directives/error.ts'
import type { Answer, ListenerAnswer } from '../handoff/answer.ts'
import { listen as serveRequests } from '../handoff/listen.ts'
import { accepted, candidates, type Generation, load } from '../handoff/load.ts'
import { type HttpServer, probe, serveHttp } from '../observe/http.ts'
import { createLog, type OpenLog } from '../observe/log.ts'
import { relayMetrics } from '../observe/metric-table.ts'
import { createMetrics } from '../observe/metrics.ts'
import { leave } from '../relay/leave.ts'
import { Relay } from '../relay/relay.ts'
import { state } from '../relay/state.ts'
import type { Handles } from '../wire/handles.ts'
import { provenHandles } from '../wire/prove-handles.ts'
import { giveBack } from './give-back.ts'
import type { Arguments } from './relay-arguments.ts'
import { keyErrors, parseConfig, readConfig } from './relay-check.ts'
import { outputs, ServerLogs } from './server-logs.ts'
import { version } from './version.ts'

/**
 * The relay as a process: applies what it is given, says so in log, metrics and probes, and leaves
 * when it is told to.
 */
type Run = Extract<Arguments, { do: 'run' }>

/** Runs on a file: whatever is wrong with it at the start ends the program. */
export async function runFromFile(file: string, run: Run): Promise<readonly string[]> {
  const config = await readConfig(file, run)
  if ('errors' in config) return config.errors
  const bad = keyErrors(config)
  if (bad.length > 0) return bad
  const program = await Program.start(run, config)
  if ('errors' in program) return program.errors
  const answers = await program.apply(config, undefined)
  const failures = listenFaults(config, answers)
  if (failures.length > 0) {
    await program.stop()
    return failures
  }
  program.writePid(config.main.pid)
  program.onHangUp(() => program.reload(() => readConfig(file, run)))
  return []
}

/** Runs on a hand-off folder: waits for a text where there is none yet. */
export async function runFromHandoff(dir: string, run: Run): Promise<readonly string[]> {
  const program = await Program.start(run, undefined)
  if ('errors' in program) return program.errors
  const restart = async () => {
    for (const generation of await candidates(dir)) {
      const answer = await program.applyGeneration(dir, generation)
      if (answer.kind === 'applied') return
    }
  }
  try {
    await restart()
    const serving = await serveRequests(dir, async asked => {
      const generation = await load(dir, asked)
      if (!generation)
        return { kind: 'refused', generation: asked, errors: ['no such generation on the volume'] }
      return program.queue(() => program.applyGeneration(dir, generation))
    })
    program.onLeave(() => serving.close())
  } catch (error) {
    await program.stop()
    return [`relay: ${error instanceof Error ? error.message : String(error)}`]
  }
  program.onHangUp(restart)
  return []
}

/** The listeners that could not be opened, with their lines. */
function listenFaults(config: RelayConfig, answers: readonly ListenerAnswer[]): readonly string[] {
  return config.servers.flatMap(({ listens }) =>
    listens.flatMap(({ name, address, port, position }) => {
      const answer = answers.find(each => each.address === address && each.port === port)
      if (!answer || answer.outcome === 'applied') return []
      return [pretty({ position, message: `cannot listen on ${name}: ${answer.reason}` })]
    }),
  )
}

class Program {
  readonly #log: OpenLog
  readonly #logs: ServerLogs
  readonly #metrics = createMetrics(relayMetrics, { process: true })
  readonly #relay: Relay
  readonly #closers: (() => Promise<void>)[] = []
  #generation: string | undefined
  #applied = false
  #leaving = false
  #shutdownTimeout = 60_000
  #pid: string | undefined
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(log: OpenLog, handles: Handles | undefined) {
    this.#log = log
    this.#logs = new ServerLogs(log)
    const logOf = (server: ServerSettings) => this.#logs.of(server)
    this.#relay = new Relay({ log, logOf, metrics: this.#metrics, handles })
    this.#metrics.info('build_info', { version, node_version: process.versions.node })
    this.#metrics.beforeScrape(() => {
      this.#metrics.counter('log_records_dropped_total', {}).value = log.dropped()
    })
  }

  static async start(
    { http }: Run,
    config: RelayConfig | undefined,
  ): Promise<Program | { readonly errors: readonly string[] }> {
    try {
      const log = createLog(outputs(config?.main.error_log ?? []))
      const handles = await provenHandles()
      if (typeof handles === 'string') log.warn("sessions use Node's streams", { reason: handles })
      const program = new Program(log, typeof handles === 'string' ? undefined : handles)
      if (http) program.#serve(await program.#pages(http))
      program.#signals()
      giveBack()
      return program
    } catch (error) {
      return { errors: [`relay: ${error instanceof Error ? error.message : String(error)}`] }
    }
  }

  /** Runs `task` when those before it are done. */
  queue<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(task)
    this.#turn = done.catch(() => {})
    return done
  }

  async apply(
    config: RelayConfig,
    generation: string | undefined,
  ): Promise<readonly ListenerAnswer[]> {
    const began = performance.now()
    this.#logs.apply(config)
    const answers = await this.#relay.apply(config)
    this.#applied = true
    this.#generation = generation
    this.#shutdownTimeout = config.main.worker_shutdown_timeout
    this.#observe(answers, (performance.now() - began) / 1000)
    for (const { position, text } of config.notices)
      this.#log.notice('configuration notice', { at: `${position.file}:${position.line}`, text })
    this.#log.notice('configuration applied', { generation, listeners: answers })
    return answers
  }

  async applyGeneration(dir: string, { generation, file, text }: Generation): Promise<Answer> {
    const config = await parseConfig({ text, file }, { prefix: dir })
    if ('errors' in config) {
      this.#refused(config.errors)
      return { kind: 'refused', generation, errors: config.errors }
    }
    const listeners = await this.apply(config, generation)
    // What runs runs, whatever becomes of the link: the volume may be full.
    await accepted(dir, generation).catch(error =>
      this.#log.error('good cannot be moved', { generation, error }),
    )
    return { kind: 'applied', generation, listeners }
  }

  /** Applies what `read` gives, or says why not and goes on with the old. */
  async reload(read: () => Promise<RelayConfig | { errors: readonly string[] }>): Promise<void> {
    const config = await read()
    if ('errors' in config) this.#refused(config.errors)
    else await this.apply(config, undefined)
  }

  /** Runs `task` at every HUP. What breaks it, such as a volume that cannot be read, ends no session. */
  onHangUp(task: () => Promise<void>): void {
    process.on('SIGHUP', () => {
      this.queue(task).catch(error =>
        this.#log.error('reload failed; the old configuration goes on', { error }),
      )
    })
  }

  onLeave(close: () => Promise<void>): void {
    this.#closers.push(close)
  }

  writePid(path: string | undefined): void {
    if (path === undefined) return
    writeFileSync(path, `${process.pid}\n`)
    this.#pid = path
  }

  /** Closes everything, sessions included. */
  async stop(): Promise<void> {
    await leave(this.#relay, 0)
    await this.#close()
  }

  #refused(errors: readonly string[]): void {
    this.#metrics.gauge('config_last_apply_successful', {}).value = 0
    this.#log.error('configuration refused; the old one goes on', { errors })
  }

  #observe(answers: readonly ListenerAnswer[], seconds: number): void {
    const metrics = this.#metrics
    metrics.gauge('config_last_apply_successful', {}).value = 1
    metrics.gauge('config_last_apply_timestamp_seconds', {}).value = Date.now() / 1000
    metrics.histogram('config_apply_duration_seconds', {}).observe(seconds)
    if (this.#generation) metrics.info('config_applied_info', { generation: this.#generation })
    for (const outcome of ['applied', 'kept', 'failed'] as const) {
      const count = answers.filter(answer => answer.outcome === outcome).length
      metrics.gauge('listeners', { outcome }).value = count
    }
  }

  #serve(server: HttpServer): void {
    this.#closers.push(() => server.close())
    this.#log.notice('http', { port: server.port })
  }

  #pages({ address, port }: { address: string; port: number }): Promise<HttpServer> {
    const metrics = this.#metrics
    const ready = () =>
      this.#leaving ? 'leaving' : this.#applied ? undefined : 'no text applied yet'
    return serveHttp({
      address,
      port,
      log: this.#log,
      routes: new Map([
        ['/metrics', () => metrics.page()],
        ['/healthz', probe(() => undefined)],
        ['/readyz', probe(ready)],
        [
          '/state',
          () => ({
            body: `${JSON.stringify(state(this.#relay, this.#generation, ready() === undefined))}\n`,
            type: 'application/json',
          }),
        ],
      ]),
    })
  }

  #signals(): void {
    process.on('SIGTERM', () => this.#leave())
    process.on('SIGQUIT', () => this.#leave())
    process.on('SIGINT', () => this.#end())
    process.on('SIGUSR1', () => this.#log.reopen())
  }

  /** A second wish to leave is a wish to end. */
  #leave(): void {
    if (this.#leaving) {
      this.#end()
      return
    }
    this.#leaving = true
    void leave(this.#relay, this.#shutdownTimeout)
      .then(() => this.#close())
      .then(() => process.exit(0))
  }

  #end(): void {
    this.#removePid()
    this.#log.flush()
    process.exit(0)
  }

  async #close(): Promise<void> {
    for (const close of this.#closers) await close()
    this.#removePid()
    this.#log.notice('left')
    this.#log.close()
  }

  #removePid(): void {
    if (this.#pid) rmSync(this.#pid, { force: true })
    this.#pid = undefined
  }
}
