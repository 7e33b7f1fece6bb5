/** Postern and its backends in a cluster, and what a test asks of them. */
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { type KeyPair, makeAuthority } from '../support/certificates.ts'
import type { Cluster } from '../support/cluster.ts'
import { tlsSecret } from '../support/cluster-objects.ts'

const here = new URL('.', import.meta.url).pathname
export const chart = new URL('../../charts/postern', import.meta.url).pathname
export const values = `${here}values.yaml`
const patience = 60_000

export interface Pod {
  readonly name: string
  readonly ready: boolean
  readonly restarts: Readonly<Record<string, number>>
}

/** What a client in a pod says at its end. */
export interface Said {
  readonly taken?: string
  readonly exists?: string
  readonly subjects?: readonly string[]
  /** Sessions of a flow, those that failed, how, and the longest time in ms in which none went well. */
  readonly done?: number
  readonly failed?: number
  readonly faults?: readonly string[]
  readonly gap?: number
  /** In ms since 1970. */
  readonly at?: number
}

/** The flags by which the chart takes an image of that name. */
export function imageFlags(image: string): readonly string[] {
  const at = image.lastIndexOf(':')
  const [repository, tag] = [image.slice(0, at), image.slice(at + 1)]
  return [`--set=image.repository=${repository}`, `--set-string=image.tag=${tag}`]
}

export async function pair(): Promise<KeyPair> {
  return (await makeAuthority()).issue(['mail.example.com'])
}

export class Site {
  readonly cluster: Cluster

  constructor(cluster: Cluster) {
    this.cluster = cluster
  }

  /**
   * Two namespaces, that of the release with a Pod Security Standard, a certificate, mail servers and a
   * pod for clients.
   */
  async prepare(standard: 'restricted' | 'privileged'): Promise<void> {
    const { kubectl, images } = this.cluster
    kubectl(['create', 'namespace', 'mail'])
    kubectl(['create', 'namespace', 'postern'])
    kubectl(['label', 'namespace', 'postern', `pod-security.kubernetes.io/enforce=${standard}`])
    this.renew(await pair())
    const mail = readFileSync(`${here}mail.yaml`, 'utf8')
    kubectl(['apply', '-f', '-'], mail.replaceAll('localhost/postern-mail:test', images.mail))
    kubectl(['rollout', 'status', '--namespace=mail', '--timeout=60s', 'statefulset/mail'])
    kubectl(['wait', '--namespace=mail', '--for=condition=Ready', '--timeout=60s', 'pod/client'])
  }

  /** Puts this pair into the Secret that the listeners use. */
  renew({ certificate, key }: KeyPair): void {
    const secret = tlsSecret('mail', 'mail-example-com', { certificate, key })
    this.cluster.kubectl(['apply', '-f', '-'], JSON.stringify(secret))
  }

  /** A cluster of somebody goes on without us. */
  clean(): void {
    const gone = ['namespace', 'mail', 'postern', '--ignore-not-found', '--wait=false']
    this.cluster.kubectl(['delete', ...gone])
  }

  get address(): string {
    return this.get(['service', 'postern', '--output=jsonpath={.spec.clusterIP}'])
  }

  get(args: readonly string[]): string {
    return this.cluster.kubectl(['get', '--namespace=postern', ...args])
  }

  /** The ports of the Service by name. */
  ports(): ReadonlyMap<string, number> {
    const { spec } = JSON.parse(this.get(['service', 'postern', '--output=json']))
    const ports: readonly { name: string; port: number }[] = spec.ports
    return new Map(ports.map(({ name, port }) => [name, port]))
  }

  /** The pods that are not on their way out. */
  pods(): readonly Pod[] {
    const label = '--selector=app.kubernetes.io/component=relay'
    const { items } = JSON.parse(this.get(['pods', label, '--output=json']))
    return items.flatMap(podOf)
  }

  /** What a program of `code` in a container says. */
  async inContainer(pod: string, container: string, code: string): Promise<string> {
    const words = ['exec', '--namespace=postern', pod, `--container=${container}`, '--']
    return (await this.cluster.start([...words, 'node', '--eval', code])).trim()
  }

  /** Runs a client to its end; gives the JSON that it says last. */
  async client(...words: readonly string[]): Promise<Said> {
    return lastLine(await this.begin(...words))
  }

  begin(...words: readonly string[]): Promise<string> {
    const [command = '', ...more] = words
    const place = ['exec', '--namespace=mail', 'client', '--', 'node', 'test/cluster/client.ts']
    return this.cluster.start([...place, command, this.address, ...more])
  }
}

export function lastLine(said: string): Said {
  return JSON.parse(said.trim().split('\n').at(-1) ?? '')
}

/** When a program said that it is gone. */
export function leftAt(said: string): string {
  const records = said.split('\n').filter(line => line.startsWith('{'))
  const left = records.map(line => JSON.parse(line)).find(({ msg }) => msg === 'left')
  return left?.time
}

/** Asks again until `holds`; fails with what was last seen. */
export async function eventually<T>(
  look: () => T | Promise<T>,
  holds: (seen: T) => boolean,
  most = patience,
): Promise<T> {
  const until = Date.now() + most
  for (;;) {
    const seen = await look()
    if (holds(seen)) return seen
    if (Date.now() > until) throw new Error(`still ${JSON.stringify(seen)}`)
    await delay(250)
  }
}

interface Seen {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string }
  readonly status: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[]
    readonly containerStatuses?: readonly Counted[]
    readonly initContainerStatuses?: readonly Counted[]
  }
}

interface Counted {
  readonly name: string
  readonly restartCount: number
}

function podOf({ metadata, status }: Seen): readonly Pod[] {
  if (metadata.deletionTimestamp !== undefined) return []
  const containers = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])]
  const ready = status.conditions?.find(({ type }) => type === 'Ready')
  return [
    {
      name: metadata.name,
      ready: ready?.status === 'True',
      restarts: Object.fromEntries(containers.map(one => [one.name, one.restartCount])),
    },
  ]
}
