/** Which entries of a Service are ours to have: pure. */
import type { ServicePort } from './published.ts'

/** A port that clients use, and the one that the relay listens on for it. */
export interface OpenPort {
  readonly port: number
  readonly targetPort: number
}

export interface PortEntry extends OpenPort {
  readonly name: string
  readonly protocol: 'TCP'
}

const nameOf = (port: number): string => `tcp-${port}`
const isTcp = ({ protocol }: ServicePort): boolean => protocol === 'TCP'
const isOurs = ({ name, port }: ServicePort): boolean => name === nameOf(port)

/** The entries to apply: those that nobody else has, in the order of their ports. */
export function entries(
  held: readonly ServicePort[],
  open: readonly OpenPort[],
  refused: ReadonlySet<number>,
): readonly PortEntry[] {
  const foreign = new Set(held.filter(one => isTcp(one) && !isOurs(one)).map(({ port }) => port))
  return open
    .filter(({ port }) => !foreign.has(port) && !refused.has(port))
    .map(({ port, targetPort }) => ({
      name: nameOf(port),
      port,
      targetPort,
      protocol: 'TCP' as const,
    }))
    .sort((a, b) => a.port - b.port)
}

/** Whether the Service has these of our entries and no others. */
export function holds(held: readonly ServicePort[], wanted: readonly PortEntry[]): boolean {
  const ours = held.filter(one => isTcp(one) && isOurs(one))
  return (
    ours.length === wanted.length &&
    wanted.every(({ port, targetPort }) =>
      ours.some(one => one.port === port && one.targetPort === targetPort),
    )
  )
}

/** The open ports that the Service does not lead to. */
export function lacking(
  held: readonly ServicePort[],
  open: readonly OpenPort[],
): ReadonlySet<number> {
  const there = new Set(held.filter(isTcp).map(({ port }) => port))
  return new Set(open.map(({ port }) => port).filter(port => !there.has(port)))
}
