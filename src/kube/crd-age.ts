/**
 * Whether the CRDs that the API server has are as new as we are. Helm installs CRDs and never upgrades
 * them, and an older one silently drops the fields that it does not know.
 */
import { bundleVersion, crds } from '../api/crd.ts'
import type { Clock } from '../source/clock.ts'
import { fields } from '../source/fields.ts'
import type { Fault } from '../source/source.ts'
import type { Client, Reply } from './client.ts'
import { word } from './reply.ts'
import { pathOf, resources } from './resources.ts'
import { rest } from './rest.ts'

export interface CrdAgeSettings {
  readonly client: Client
  readonly clock: Clock
  /** Those that are too old now; told when they were looked at. */
  faults(faults: readonly Fault[]): void
  /** Why nobody can say; told once. */
  unseen(reason: string): void
}

/** A CRD is upgraded by hand: soon enough for who waits for the fault to go. */
const period = 300_000
const cure = 'kubectl apply --server-side -f manifests/crds.yaml'

export class CrdAge {
  readonly #settings: CrdAgeSettings
  readonly #ending = new AbortController()
  readonly #faults = new Map<string, Fault>()
  #running: Promise<void> | undefined
  #isUnseen = false

  constructor(settings: CrdAgeSettings) {
    this.#settings = settings
  }

  start(): void {
    this.#running ??= this.#run()
  }

  async close(): Promise<void> {
    this.#ending.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { clock, client, faults } = this.#settings
    const { signal } = this.#ending
    while (!signal.aborted) {
      for (const crd of crds) {
        const name = word(fields(crd['metadata'])?.get('name'))
        const path = pathOf(resources.crd, undefined, name)
        this.#take(name, await client.ask({ verb: 'get', path, signal }))
      }
      if (signal.aborted) return
      faults([...this.#faults.values()])
      await rest(clock, period, signal)
    }
  }

  /** What was known stands while nobody answers; a CRD that is missing is its reflector's news. */
  #take(name: string, reply: Reply): void {
    if (reply.kind === 'ok') {
      const fault = faultOf(name, reply.body)
      if (fault) this.#faults.set(name, fault)
      else this.#faults.delete(name)
    } else if (reply.kind === 'refused' && reply.code !== 404 && !this.#isUnseen) {
      this.#isUnseen = true
      this.#settings.unseen(reply.message)
    }
  }
}

function faultOf(name: string, body: unknown): Fault | undefined {
  const metadata = fields(fields(body)?.get('metadata'))
  const installed = word(fields(metadata?.get('annotations'))?.get('postern.dev/bundle-version'))
  if (!isOlder(installed, bundleVersion)) return undefined
  const age = installed === '' ? 'names no version' : `is of ${installed}`
  return {
    where: `CustomResourceDefinition ${name}`,
    message: `${age}, and this controller needs ${bundleVersion}: ${cure}`,
  }
}

/** By major, minor and patch; what names no version is older than all. */
export function isOlder(installed: string, needed: string): boolean {
  const [has, wants] = [numbers(installed), numbers(needed)]
  const at = wants.findIndex((number, index) => number !== (has[index] ?? -1))
  return at >= 0 && (has[at] ?? -1) < (wants[at] ?? 0)
}

const numbers = (version: string): readonly number[] =>
  (/^v?(\d{1,9})\.(\d{1,9})\.(\d{1,9})/.exec(version) ?? []).slice(1).map(Number)
