/** How much of everything a run does. Whatever the form, each load is bounded in count and time. */
export interface Form {
  readonly name: 'quick' | 'full'
  readonly rounds: number
  /** Seconds after which rounds beyond the first begin no further row; `undefined` where time does not count. */
  readonly seconds: number | undefined
  /**
   * Sessions before a set-up measurement: Node's compilers need tens of thousands until the figure
   * stands; programs that were compiled before they ran need none, and fill their pools with few.
   */
  readonly warmUp: { readonly compiling: number; readonly compiled: number }
  /** Sessions of one plain set-up measurement. */
  readonly sessions: number
  /** Sessions of one TLS set-up measurement. */
  readonly handshakes: number
  /** MiB through one bytes measurement. */
  readonly mebibytes: number
  /** Sessions of one memory measurement; among few, what V8's young generation grows by would stand out. */
  readonly idle: number
  /** NOOPs of one round-trip measurement, all connections together. */
  readonly roundTrips: number
  /** SMTP messages of one measurement. */
  readonly messages: { readonly small: number; readonly large: number }
  /** Seconds at a fixed rate. */
  readonly paced: number
  /** Sessions that come and go before memory is read for the second time, and seconds they may take. */
  readonly comeAndGo: { readonly sessions: number; readonly seconds: number }
}

export const forms: Readonly<Record<Form['name'], Form>> = {
  quick: {
    name: 'quick',
    rounds: 2,
    seconds: 240,
    warmUp: { compiling: 24_000, compiled: 1_000 },
    sessions: 6_000,
    handshakes: 2_000,
    mebibytes: 512,
    idle: 9_000,
    roundTrips: 64_000,
    messages: { small: 4_000, large: 128 },
    paced: 3,
    comeAndGo: { sessions: 50_000, seconds: 20 },
  },
  full: {
    name: 'full',
    rounds: 5,
    seconds: undefined,
    warmUp: { compiling: 24_000, compiled: 2_000 },
    sessions: 20_000,
    handshakes: 6_000,
    mebibytes: 1_024,
    idle: 10_000,
    roundTrips: 128_000,
    messages: { small: 16_000, large: 1_024 },
    paced: 8,
    comeAndGo: { sessions: 1_000_000, seconds: 600 },
  },
}
