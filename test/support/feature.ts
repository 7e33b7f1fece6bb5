import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, parseAllDocuments, stringify } from 'yaml'
import type { AnyObject } from '../../src/api/objects.ts'
import { read } from '../../src/api/read.ts'
import { type BuildOptions, type Built, build, type Refused } from '../../src/model/build.ts'
import { gather } from '../../src/model/gather.ts'
import { statuses } from '../../src/model/status.ts'

export const features = new URL('../features/', import.meta.url).pathname

/** What the controller is started with, unless a feature's `options.yaml` says otherwise. */
export const options: BuildOptions = {
  controllerName: 'postern.dev/controller',
  addresses: ['0.0.0.0', '::'],
  portOffset: 0,
  localEndpoints: false,
  now: Date.parse('2027-06-01T00:00:00Z'),
}

export interface Golden {
  readonly 'relay.conf': string
  readonly 'status.yaml': string
}

/**
 * One folder: `objects.yaml`, and where a feature needs them `before.yaml` (the objects of the build
 * before), `options.yaml` (flags of the controller) and `answer.yaml` (outcomes by socket of a relay
 * that else applies all).
 */
export function feature(name: string): Golden {
  const own: Partial<BuildOptions> = parse(text(name, 'options.yaml')) ?? {}
  const before = built(name, 'before.yaml', { ...options, ...own })
  const now = built(name, 'objects.yaml', { ...options, ...own, pairs: before.pairs })
  const status = Object.fromEntries(statuses(now, answer(name, now)))
  return { 'relay.conf': now.text, 'status.yaml': stringify(status, { lineWidth: 0 }) }
}

function text(name: string, file: string): string {
  const path = join(features, name, file)
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

function built(name: string, file: string, options: BuildOptions): Built {
  const reads = parseAllDocuments(text(name, file)).map(one => read(one.toJS()))
  const objects: readonly AnyObject[] = reads.flatMap(one =>
    one.kind === 'object' ? [one.object] : [],
  )
  const refused: readonly Refused[] = reads.flatMap(one =>
    one.kind === 'invalid'
      ? [
          {
            key: `${one.what.namespace}/${one.what.name}`,
            generation: one.what.generation ?? 0,
            faults: one.faults,
          },
        ]
      : [],
  )
  return build(gather(objects, refused), options)
}

interface Outcome {
  readonly outcome: 'kept' | 'failed'
  readonly reason: string
}

function answer(name: string, { text: conf, generation }: Built) {
  const outcomes: Record<string, Outcome> = parse(text(name, 'answer.yaml')) ?? {}
  const listens = [...conf.matchAll(/listen "?(\S+):(\d+)[^;]*name=([^;"\s]+)/g)]
  const listeners = listens.map(([, place = '', port = '', name = '']) => ({
    name,
    address: place.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port),
    outcome: 'applied' as const,
    ...outcomes[`${place}:${port}`],
  }))
  return { kind: 'applied', generation, listeners } as const
}
