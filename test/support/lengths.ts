/**
 * How long faults are left to last. With `POSTERN_TEST_LENGTHS=full` as long as the guarantees say;
 * otherwise as long as it takes to see whether they hold.
 */
const isFull = process.env['POSTERN_TEST_LENGTHS'] === 'full'

/** In milliseconds. */
export const lengths = isFull
  ? {
      /** The controller's process is killed again and again. */
      childKilled: 300_000,
      /** The API server of a node is gone. */
      apiServerGone: 600_000,
      /** What is watched after its return. */
      apiServerBack: 120_000,
      /** The same, in the time of a controller whose clock runs ten times as fast. */
      apiServerGoneInHurry: 60_000,
    }
  : {
      childKilled: 8_000,
      apiServerGone: 15_000,
      apiServerBack: 12_000,
      apiServerGoneInHurry: 3_000,
    }
