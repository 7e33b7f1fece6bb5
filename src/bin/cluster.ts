/** Everything that has to do with the API server, loaded only where there is one. */
import { randomUUID } from 'node:crypto'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { accessReader, credentials } from '../kube/access.ts'
import { createClient } from '../kube/client.ts'
import { Cluster } from '../kube/cluster.ts'
import { EventRecorder } from '../kube/events.ts'
import { statePort as relayPort } from '../kube/fleet.ts'
import { Lease } from '../kube/lease.ts'
import { Published } from '../kube/published.ts'
import { type Resource, resources } from '../kube/resources.ts'
import { ownNamespace } from '../kube/service-account.ts'
import { ServicePorts } from '../kube/service-ports.ts'
import { StatusWriter } from '../kube/status.ts'
import type { Log } from '../observe/log.ts'
import { type Clock, clock as realClock } from '../source/clock.ts'
import type { Source } from '../source/source.ts'
import type { ClusterOptions } from './cluster-arguments.ts'
import { ClusterReport } from './cluster-report.ts'
import type { ControllerMeters } from './controller-meters.ts'
import type { Report } from './controller-program.ts'
import { version } from './version.ts'

export interface OpenCluster {
  readonly source: Source
  readonly report: Report
  /** A loop of ours that stands still. */
  wedged(): boolean
  start(): void
  /** Gives the lead away; after the source was closed. */
  close(): Promise<void>
}

export interface ClusterContext {
  readonly controllerName: string
  readonly log: Log
  readonly meters: ControllerMeters
  readonly clock?: Clock
  /** The relays' HTTP port, where it is not the usual one. */
  readonly statePort?: number
}

/** Rejects where nothing says which API server there is. */
export async function openCluster(
  options: ClusterOptions,
  { controllerName, log, meters, clock = realClock, statePort = relayPort }: ClusterContext,
): Promise<OpenCluster> {
  const { metrics } = meters
  const client = createClient({
    credentials: credentials(clock, await accessReader(process.env, options.kubeconfig)),
    userAgent: `postern/${version} (controller)`,
    metrics,
  })
  const identity = `${options.identity ?? hostname()}_${randomUUID()}`
  const shared = { client, clock, random: Math.random, metrics }
  const leads = (): boolean => lease.leads()
  const events = new EventRecorder({
    ...shared,
    controller: controllerName,
    instance: identity,
    leads,
  })
  const writerOf = (resource: Resource): StatusWriter =>
    new StatusWriter({
      ...shared,
      resource,
      fieldManager: controllerName,
      leads,
      turned: (object, transitions) => {
        for (const transition of transitions) events.record(object, transition)
      },
      failed: (object, reason) => log.error('a status cannot be written', { object, reason }),
    })
  const writer = writerOf(resources.mailProxy)
  const classWriter = writerOf(resources.mailProxyClass)
  const { publish } = options
  const published =
    publish &&
    new Published({
      ...shared,
      service: publish,
      changed: () => {
        ports?.check()
        report.poke()
      },
      fault: reason => log.error('the published Service cannot be read', { reason }),
    })
  const ports =
    publish && options.servicePorts
      ? new ServicePorts({
          ...shared,
          service: publish,
          fieldManager: `${controllerName}-ports`,
          ports: () => published?.ports(),
          leads,
          failed: reason => log.error('the ports of the Service cannot be set', { reason }),
        })
      : undefined
  const report = new ClusterReport({
    clock,
    writer,
    classWriter,
    published,
    service: publish ? `${publish.namespace}/${publish.name}` : '',
    ports,
    statusAddresses: options.statusAddresses.map(value => ({
      type: isIP(value) ? 'IPAddress' : 'Hostname',
      value,
    })),
    statePort,
    leads,
    asked: (states, generation) => meters.asked(states, generation),
  })
  const lease = new Lease({
    ...shared,
    namespace: options.leaseNamespace ?? (await ownNamespace()),
    name: options.leaseName,
    identity,
    turned: leading => {
      metrics.gauge('leader_election_master_status', { name: options.leaseName }).value = leading
        ? 1
        : 0
      log.notice(leading ? 'leading' : 'not leading', { identity })
      if (!leading) return
      writer.review()
      classWriter.review()
      ports?.check()
      report.poke()
    },
  })
  const source = new Cluster({
    ...shared,
    namespaces: options.namespaces,
    writers: new Map([
      [resources.mailProxy.kind, writer],
      [resources.mailProxyClass.kind, classWriter],
    ]),
    unseenCrds: reason =>
      log.notice('nobody can see whether the CRDs are as new as this controller', { reason }),
  })
  return {
    source,
    report,
    wedged: () => source.wedged(),
    start() {
      metrics.gauge('leader_election_master_status', { name: options.leaseName }).value = 0
      published?.start()
      lease.start()
    },
    async close() {
      await report.close()
      await Promise.all([writer, classWriter, ports, published].map(one => one?.close()))
      await events.close()
      await lease.close()
      client.close()
    },
  }
}
