/** How much of everything a run does. Whatever the form, each load is bounded in count and time. */
export interface Form {
  readonly name: 'quick' | 'full'
  readonly rounds: number
  /** Sessions before a set-up measurement; Node's compilers need thousands until the figure stands. */
  readonly warmUp: { readonly plain: number; readonly tls: number }
  /** Sessions of one plain set-up measurement. */
  readonly sessions: number
  /** Sessions of one TLS set-up measurement. */
  readonly handshakes: number
  /** MiB through one bytes measurement. */
  readonly mebibytes: number
  /** Sessions of one memory measurement; among few, what V8's young generation grows by would stand out. */
  readonly idle: number
  /** NOOPs on each of the connections of one round-trip measurement. */
  readonly roundTrips: number
  /** Whether the rows that have no target and take long are measured too. */
  readonly long: boolean
}

export const forms: Readonly<Record<Form['name'], Form>> = {
  quick: {
    name: 'quick',
    rounds: 3,
    warmUp: { plain: 6_000, tls: 2_000 },
    sessions: 6_000,
    handshakes: 1_500,
    mebibytes: 512,
    idle: 9_000,
    roundTrips: 400,
    long: false,
  },
  full: {
    name: 'full',
    rounds: 5,
    warmUp: { plain: 20_000, tls: 6_000 },
    sessions: 30_000,
    handshakes: 6_000,
    mebibytes: 2_048,
    idle: 10_000,
    roundTrips: 2_000,
    long: true,
  },
}
