import { duration, integer } from '../values.ts'

/** `so_keepalive`: TCP keep-alive probes, and when they are sent where that is said. Times in ms. */
export type KeepAlive =
  | { readonly on: false }
  | {
      readonly on: true
      /** Of silence, until the first probe. */
      readonly idle?: number
      /** Between probes. */
      readonly interval?: number
      /** Probes without an answer after which the connection is given up. */
      readonly count?: number
    }

/** Linux's bounds: 32767 seconds and 127 probes. */
const time = duration(1_000, 32_767_000)
const probes = integer(1, 127)

/** `on`, `off`, or `IDLE:INTERVAL:COUNT`, of which some may be empty, or missing at the end. */
export function parseKeepAlive(text: string): KeepAlive | undefined {
  if (text === 'on') return { on: true }
  if (text === 'off') return { on: false }
  const parts = text.split(':')
  const [idle = '', interval = '', count = ''] = parts
  if (parts.length > 3 || /^:*$/.test(text)) return undefined
  const read = {
    on: true as const,
    ...(idle !== '' && { idle: time.parse(idle) }),
    ...(interval !== '' && { interval: time.parse(interval) }),
    ...(count !== '' && { count: probes.parse(count) }),
  }
  return isWhole(read) ? read : undefined
}

export function printKeepAlive(value: KeepAlive): string {
  if (!value.on) return 'off'
  const { idle, interval, count } = value
  if (idle === undefined && interval === undefined && count === undefined) return 'on'
  const times = [idle, interval].map(each => (each === undefined ? '' : time.print(each)))
  return [...times, count ?? ''].join(':')
}

type Read = {
  readonly on: true
  readonly idle?: number | undefined
  readonly interval?: number | undefined
  readonly count?: number | undefined
}

function isWhole(read: Read): read is Read & KeepAlive {
  return Object.values(read).every(value => value !== undefined)
}
