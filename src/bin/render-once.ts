import { build } from '../model/build.ts'
import { idleDefaults } from '../model/claims.ts'
import { gather } from '../model/gather.ts'
import { statuses } from '../model/status.ts'
import { readOnce } from '../source/read-once.ts'
import { Readings } from '../source/readings.ts'
import type { TextOptions } from './controller-arguments.ts'

export interface Rendered {
  readonly text: string
  /** What is wrong, a line each. */
  readonly faults: readonly string[]
}

/** The text of a file's or a folder's objects, without a relay. Rejects where it cannot be read. */
export async function renderOnce(path: string, options: TextOptions): Promise<Rendered> {
  const read = await readOnce(path)
  const { objects, refused, faults } = new Readings().take(read.objects)
  const gathered = gather(objects, refused)
  const built = build(gathered, {
    ...options,
    localEndpoints: true,
    now: Date.now(),
  })
  const judged = [...statuses(built, undefined)].flatMap(([key, { conditions }]) =>
    conditions
      .filter(
        ({ type, status, reason }) =>
          type !== 'Programmed' && (status === 'False' || reason === 'PartiallyInvalid'),
      )
      .map(({ type, reason, message }) => `${key}: ${type} ${reason}: ${message}`),
  )
  const idle = idleDefaults(gathered.mailProxyClasses)
  const unread = [...read.faults, ...faults, ...idle].map(one => `${one.where}: ${one.message}`)
  const unclaimed = built.unclaimed.map(key => `${key}: it belongs to another controller or class`)
  return { text: built.text, faults: [...unread, ...judged, ...unclaimed] }
}
